#!/usr/bin/env bash
command=$(jq -r '.tool_input.command // empty')
if [[ $command == *"git push --force"* ]]; then
  printf '%s\n' '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"force pushes are not allowed here"}}'
fi
