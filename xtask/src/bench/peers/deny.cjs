const fs = require("fs");

const payload = JSON.parse(fs.readFileSync(0, "utf8"));
const command = (payload.tool_input || {}).command || "";
if (command.includes("git push --force")) {
  console.log(JSON.stringify({
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: "deny",
      permissionDecisionReason: "force pushes are not allowed here",
    },
  }));
}
