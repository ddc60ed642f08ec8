# The official Python client: MODE is `legacy`, `auto`, or the protocol's version it insists on.
# usage: python client.py MODE CALLS COMMAND ARGUMENT…
import asyncio
import json
import sys

from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters


async def call(client, name, arguments):
    progress = []

    async def heard(done, total, message):
        progress.append(done)

    try:
        result = await client.call_tool(name, arguments, progress_callback=heard)
    except MCPError as error:
        return {"name": name, "code": error.code, "message": error.message}
    text = "\n".join(part.text for part in result.content if part.type == "text")
    structured = result.structured_content
    return {"name": name, "failed": result.is_error, "text": text, "structured": structured, "progress": progress}


async def main(mode, calls, command, *args):
    async with Client(StdioServerParameters(command=command, args=list(args)), mode=mode) as client:
        learnt = {
            "server": client.server_info.name if client.server_info else None,
            "instructions": client.instructions,
            "tools": [tool.name for tool in (await client.list_tools()).tools],
            "calls": [await call(client, *wanted) for wanted in json.loads(calls)],
        }
    print(json.dumps(learnt))


asyncio.run(main(*sys.argv[1:]))
