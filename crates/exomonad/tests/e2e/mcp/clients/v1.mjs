// The official TypeScript client, version 1: always opens with a handshake.
// usage: node v1.mjs legacy CALLS COMMAND ARGUMENT…
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { report } from './report.mjs';

const [, calls, command, ...args] = process.argv.slice(2);
const client = new Client({ name: 'test', version: '1' });
await client.connect(new StdioClientTransport({ command, args }));
await report(client, calls, (name, input, onprogress) =>
  client.callTool({ name, arguments: input }, undefined, { onprogress }));
