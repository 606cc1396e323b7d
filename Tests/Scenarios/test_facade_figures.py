"""Figures and files of code on the chat API, whose clients know texts alone."""

import re

import pytest

from interpreters import PATIENCE, PLOT, TOOL, needs_matplotlib, needs_sandbox, png_size, runs_then_says
from scripted_model import Says
from v1_api import V1

pytestmark = [needs_sandbox, needs_matplotlib, pytest.mark.timeout(300)]

FIGURE = re.compile(r"^!\[figure\]\((/api/v1/files/file-\w+/content)\)\n\n")


@pytest.fixture
def plotter(start_server, model):
    """A server whose chat assistant has an interpreter, and draws."""
    server = start_server(**model.settings())
    V1(server).post("/assistants/asst_signage_analyst", tools=[TOOL])
    model.script = runs_then_says(
        PLOT + "\nopen('/mnt/data/sales.csv', 'w').write('n\\n1\\n')",
        text="Drawn 🇰🇷: [sales](sandbox:/mnt/data/sales.csv)",
    )
    server.model = model
    return server


def test_a_figure_is_a_picture_in_the_text(plotter):
    answer = plotter.chat("Plot it", timeout=PATIENCE)

    figure = FIGURE.match(answer["message"])
    assert figure, answer
    shown = plotter.get(figure[1])
    assert shown.status_code == 200 and shown.headers["content-type"] == "image/png"
    png_size(shown.content)
    link = re.fullmatch(r"Drawn 🇰🇷: \[sales\]\((.*)\)", answer["message"][figure.end() :])[1]
    assert plotter.get(link).content == b"n\n1\n"
    [part] = plotter.messages(answer["thread_id"])[-1]["content"]
    assert part["type"] == "text" and part["text"]["value"] == answer["message"]
    [annotation] = part["text"]["annotations"]
    assert part["text"]["value"][annotation["start_index"] : annotation["end_index"]] == annotation["text"] == link
    # /v1 has it as it was.
    content = V1(plotter).messages(answer["thread_id"])[-1]["content"]
    assert [part["type"] for part in content] == ["image_file", "text"]
    assert content[0]["image_file"]["file_id"] in figure[1]


def test_a_stream_tells_the_figure_as_the_message_has_it(plotter):
    plotter.model.script = runs_then_says(PLOT, text="Drawn 🇰🇷.")

    events = list(plotter.chat_stream("Plot it", timeout=PATIENCE))

    told = "".join(event.json["delta"] for event in events if event.name == "delta")
    assert [event.json["message"] for event in events if event.name == "message"] == [told]
    assert FIGURE.match(told)


def test_images_of_users_stay_what_they_are(plotter):
    v1 = V1(plotter)
    plotter.model.script = Says("Seen.")
    thread = plotter.chat("Hi", timeout=PATIENCE)["thread_id"]
    image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    v1.message(thread, [{"type": "text", "text": "Look"}, image])

    parts = plotter.messages(thread)[-1]["content"]

    assert [part["type"] for part in parts] == ["text", "image_url"]
