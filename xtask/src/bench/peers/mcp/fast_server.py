"""FastMCP with one tool."""

from fastmcp import FastMCP

server = FastMCP("bench")


@server.tool
def echo(text: str) -> str:
    """Returns its argument."""
    return text


server.run("stdio", show_banner=False)
