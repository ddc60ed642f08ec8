// The official TypeScript client, version 2: MODE is `legacy`, `auto`, or the protocol's version it insists on.
// usage: node v2.mjs MODE CALLS COMMAND ARGUMENT…
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { report } from './report.mjs';

const [wanted, calls, command, ...args] = process.argv.slice(2);
const mode = ['legacy', 'auto'].includes(wanted) ? wanted : { pin: wanted };
const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
await client.connect(new StdioClientTransport({ command, args }));
await report(client, calls, (name, input, onprogress) =>
  client.callTool({ name, arguments: input }, { onprogress }));
