"""`gomem mcp` by the official client of the protocol."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mcp import Client, MCPError, StdioServerParameters

ROOT = Path(__file__).parents[2]
GOMEM = str(Path(sys.executable).with_name("gomem"))
TOOLS = {
    *("files", "postmortem", "findings", "attribute", "list", "growth", "diff", "bench", "escape"),
    *("gogc", "diagnose", "heap", "trace"),
}
INCIDENT = "incident/before"


def run(questions, *options):
    """Ask in one session. The client checks each answer by the schema that the tool gave."""

    async def session():
        arguments = ["mcp", "--root", str(ROOT / "examples"), *options]
        async with Client(StdioServerParameters(command=GOMEM, args=arguments)) as client:
            return await questions(client)

    return asyncio.run(asyncio.wait_for(session(), 120))


def command(*arguments):
    done = subprocess.run([GOMEM, *arguments], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_tools_say_what_they_take():
    async def questions(client):
        return (await client.list_tools()).tools

    tools = {tool.name: tool for tool in run(questions)}
    assert set(tools) == TOOLS
    for tool in tools.values():
        assert tool.annotations.read_only_hint
        assert not tool.annotations.open_world_hint
        assert all(about["description"] for about in tool.input_schema["properties"].values())
    assert tools["attribute"].input_schema["required"] == ["profile"]


def test_an_incident_is_answered_with_the_numbers_of_the_command():
    async def questions(client):
        async def call(tool, **arguments):
            answer = await client.call_tool(tool, arguments)
            assert not answer.is_error, answer.content
            assert len(json.dumps(answer.structured_content, ensure_ascii=False)) <= 4400
            return answer.structured_content

        ranked = await call("postmortem", bundle=INCIDENT)
        heap, log = f"{INCIDENT}/heap-3.pb.gz", f"{INCIDENT}/escape.log"
        sites = await call("attribute", profile=heap, logs=[log])
        more = await call("attribute", profile=heap, logs=[log], cursor=sites["cursor"])
        gogc = await call("gogc", recording=f"{INCIDENT}/gctrace.log", gogc=["100", "400"])
        return ranked, sites, more, gogc

    ranked, sites, more, gogc = run(questions)
    folder = ROOT / "examples" / INCIDENT
    report = command("postmortem", str(folder), "--format", "json")
    assert len(ranked["rows"]) == len(report["findings"])
    for row, expected in zip(ranked["rows"], report["findings"], strict=True):
        assert row == {name: expected[name] for name in row}
    table = command(
        "attribute", str(folder / "heap-3.pb.gz"), str(folder / "escape.log"), "--format", "json"
    )
    shown = sites["rows"] + more["rows"]
    for row, expected in zip(shown, table["rows"], strict=False):
        assert row == {name: expected[name] for name in row}
    assert shown[0]["place"] == "api/handler.go:58"
    assert shown[0]["reason"] == "too_large"
    table = command("gogc", str(folder / "gctrace.log"), "--gogc", "100,400", "--format", "json")
    assert [row["gc_cycles"] for row in gogc["rows"]] == [row["gc_cycles"] for row in table["rows"]]


def test_resources_are_what_files_are_and_reports():
    async def questions(client):
        resources, cursor = [], None
        while True:
            page = await client.list_resources(cursor=cursor)
            resources += page.resources
            cursor = page.next_cursor
            if cursor is None:
                break
        uris = [str(found.uri) for found in resources]
        assert len(uris) == len(set(uris))
        names = [f"gomem://report/{INCIDENT}", f"gomem://file/{INCIDENT}/heap-3.pb.gz"]
        assert set(names) < set(uris)
        return [(await client.read_resource(name)).contents[0].text for name in names]

    report, file = run(questions)
    assert "store/sessions.go:43" in report
    assert len(report.encode()) <= 4096
    assert json.loads(file)["kind"] == "a profile"


def test_what_is_refused_is_told_and_the_session_goes_on(tmp_path):
    shutil.copy(ROOT / "examples" / INCIDENT / "heap-3.pb.gz", tmp_path / "heap.pb.gz")

    async def questions(client):
        refused = await client.call_tool("attribute", {"profile": str(tmp_path / "heap.pb.gz")})
        assert refused.is_error
        assert "not below" in refused.content[0].text
        wrong = await client.call_tool("attribute", {"profile": 7})
        assert wrong.is_error
        with pytest.raises(MCPError, match="no tool rm"):
            await client.call_tool("rm", {})
        return await client.call_tool("growth", {"profiles": [f"{INCIDENT}/heap-1.pb.gz"]})

    assert run(questions).content


def test_reports_are_written_into_one_folder(tmp_path):
    async def questions(client):
        await client.call_tool("write_report", {"bundle": INCIDENT, "name": "report.html"})
        again = await client.call_tool("write_report", {"bundle": INCIDENT, "name": "report.html"})
        assert again.is_error

    run(questions, "--write", str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


PAGE = (ROOT / "docs/how-to/agent.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("snippet", re.findall(r"```json\n(.*?)```", PAGE, re.S))
def test_what_the_page_tells_clients_starts_a_server(snippet, tmp_path):
    (servers,) = json.loads(snippet).values()
    about = servers["gomem"]
    assert about["command"] == "gomem"
    arguments = [str(tmp_path) if "/" in word or "$" in word else word for word in about["args"]]

    async def session():
        async with Client(StdioServerParameters(command=GOMEM, args=arguments)) as client:
            return (await client.list_tools()).tools

    assert {tool.name for tool in asyncio.run(asyncio.wait_for(session(), 60))} == TOOLS
    assert all(f"| `{name}` |" in PAGE for name in TOOLS)


def test_the_transcript_of_the_page_is_what_happens():
    transcript = re.search(r"```text\n(.*?)```", PAGE, re.S)[1].splitlines()

    async def questions(client):
        rows, compared = [], 0
        for line in transcript:
            if line.startswith("→ "):
                tool, arguments = line.removeprefix("→ ").split(" ", 1)
                answer = await client.call_tool(tool, json.loads(arguments))
                rows = answer.structured_content["rows"]
            else:
                told = json.loads(line)
                assert any(told == {name: row.get(name) for name in told} for row in rows), line
                compared += 1
        return compared

    assert run(questions) > 5
