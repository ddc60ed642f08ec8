// What a client learnt of a server, as one line of JSON.

/** `call(name, input, onprogress)` calls one tool. */
export async function report(client, calls, call) {
  const learnt = {
    server: client.getServerVersion()?.name,
    instructions: client.getInstructions() ?? null,
    tools: (await client.listTools()).tools.map(tool => tool.name),
    calls: [],
  };
  for (const [name, input] of JSON.parse(calls)) {
    const progress = [];
    try {
      const result = await call(name, input, ({ progress: done }) => progress.push(done));
      const text = result.content.filter(part => part.type === 'text').map(part => part.text).join('\n');
      const structured = result.structuredContent ?? null;
      learnt.calls.push({ name, failed: result.isError === true, text, structured, progress });
    } catch (error) {
      learnt.calls.push({ name, code: error.code, message: error.message });
    }
  }
  await client.close();
  console.log(JSON.stringify(learnt));
}
