"""The official Python SDK with one tool."""

from mcp.server import MCPServer

server = MCPServer("bench")


@server.tool()
def echo(text: str) -> str:
    """Returns its argument."""
    return text


server.run("stdio")
