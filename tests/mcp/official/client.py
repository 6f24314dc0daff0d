"""Uses the MCP server with the official Python client, in both revisions of the protocol: `client.py URL`."""

import asyncio
import sys

from mcp import Client


async def use(url: str, mode: str) -> None:
    async with Client(url, mode=mode) as client:
        path = f"/python-{mode}.txt"
        tools = (await client.list_tools()).tools
        assert len(tools) == 15, [tool.name for tool in tools]
        written = await client.call_tool("write_workspace_file", {"path": path, "content": "one\ntwo\n"})
        assert not written.is_error and written.structured_content["state"] == "ready", written
        read = await client.call_tool("read_workspace_file", {"file": path, "line": 2})
        assert read.content[1].text == "two\n" and read.structured_content is None, read
        taken = await client.call_tool("write_workspace_file", {"path": path, "content": "x"})
        assert taken.is_error and taken.content[0].text.startswith("path-taken: "), taken
        resource = await client.read_resource(f"workspace://{path}")
        assert resource.contents[0].text == "one\ntwo\n", resource
    print(f"python client, {mode}: passed")


async def main() -> None:
    for mode in ["legacy", "2026-07-28", "auto"]:
        await use(sys.argv[1], mode)


asyncio.run(main())
