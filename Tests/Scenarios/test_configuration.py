"""Configuration: what is asked of the model, where settings come from, and what a wrong one leads to."""

import json
import re
import subprocess

import pytest

from assistants_server import free_port, successful, wait_until
from scripted_model import Refuses, Says, ScriptedModel

KEY = "sk-proj-Zx81TotallySecretKeyNobodyMaySee42"


def test_the_default_model_is_asked(start_server, model):
    server = start_server(**model.settings(DEFAULT_MODEL="qwen3:8b"))
    thread = server.chat("Hello")["thread_id"]
    assert model.calls[0].model == "qwen3:8b"
    assert server.runs(thread)[0]["model"] == "qwen3:8b"


def test_an_alias_names_the_backends_model(start_server, model):
    aliases = json.dumps({"gpt-4o": "qwen3:8b", "other": "else"})
    server = start_server(**model.settings(DEFAULT_MODEL="gpt-4o", MODEL_ALIASES=aliases))
    thread = server.chat("Hello")["thread_id"]
    assert model.calls[0].model == "qwen3:8b"
    assert server.runs(thread)[0]["model"] == "gpt-4o"


def test_a_changed_default_model_is_used_after_a_restart(make_server, server, model):
    server = make_server(**model.settings()).start()
    thread = server.chat("One")["thread_id"]
    server.kill()
    server.restart(DEFAULT_MODEL="a-newer-model")
    server.chat("Two", thread)
    assert model.calls[-1].model == "a-newer-model"


def test_a_base_url_without_a_key_asks_without_a_key(start_server, model):
    settings = model.settings()
    del settings["OPENAI_API_KEY"]
    start_server(**settings).chat("Hello")
    assert "authorization" not in model.calls[0].headers


def test_a_base_url_may_end_with_a_slash(start_server, model):
    server = start_server(**model.settings() | {"OPENAI_BASE_URL": model.url + "/"})
    assert server.chat("Hello")["message"] == "[1] Hello"


@pytest.mark.parametrize("key", [None, "", "your-api-key-here"])
def test_without_a_key_the_built_in_analyst_answers_and_the_banner_says_so(make_server, server, key):
    server = make_server(**({} if key is None else {"OPENAI_API_KEY": key})).start()
    assert server.chat("Which ad is the best?")["message"]
    banner = server.output()
    assert "built-in analyst" in banner
    assert f"{server.url}/docs" in banner
    assert f"{server.url}/api/v1" in banner
    assert str(server.log_file) in banner
    assert "WARNING" not in banner


def test_the_banner_names_the_model_and_masks_the_key(make_server, server, model):
    server = make_server(**model.settings(OPENAI_API_KEY=KEY)).start()
    banner = server.output()
    assert "scripted-model" in banner and str(model.port) in banner
    assert KEY not in banner
    assert KEY[8:-4] not in banner


def test_a_server_that_is_open_to_the_network_says_so(make_server, server):
    server = make_server(HOST="0.0.0.0").start()
    assert "WARNING" in server.output()
    assert "0.0.0.0" in server.output()


def test_the_assistant_is_made_under_the_id_that_the_settings_name(make_server, server, model):
    old = "asst_0aBcDeFgHiJkLmNoPqRsTuVw"
    server = make_server(**model.settings(ASSISTANT_ID=old)).start()
    thread = server.chat("One")["thread_id"]
    server.kill()
    server.restart()
    server.chat("Two", thread)
    assert {run["assistant_id"] for run in server.runs(thread)} == {old}
    assert {message["assistant_id"] for message in server.messages(thread)} == {None, old}
    run = successful(server.post(f"/api/v1/threads/{thread}/runs", {"assistant_id": old}))
    assert run["assistant_id"] == old


def test_instructions_can_be_replaced(make_server, server, model, tmp_path):
    file = tmp_path / "instructions.md"
    file.write_text("너는 해적이다. Answer like a pirate. 🏴‍☠️\n")
    server = make_server(**model.settings(ASSISTANT_INSTRUCTIONS_FILE=file)).start()
    server.chat("Hello")
    assert "너는 해적이다. Answer like a pirate. 🏴‍☠️" in model.calls[0].instructions
    server.kill()
    file.write_text("Answer like a poet.\n")
    server.restart()
    server.chat("Hello")
    assert "Answer like a poet." in model.calls[-1].instructions
    assert "pirate" not in model.calls[-1].instructions


def test_the_instructions_are_those_of_a_signage_analyst_in_both_languages(start_server, model):
    start_server(**model.settings()).chat("Hello")
    instructions = model.calls[0].instructions
    assert "사이니지" in instructions
    assert "signage" in instructions.lower()


# .env and precedence


def test_a_dotenv_file_is_read_as_people_write_it(make_server, server, model):
    server = make_server()
    (server.home / ".env").write_text(
        f"""# A comment
export OPENAI_BASE_URL="{model.url}"   # with export, quotes and a comment
OPENAI_API_KEY='sk-with # inside'
OPENAI_API = chat_completions

DEFAULT_MODEL=a-model # the best
MODEL_ALIASES={{"a-model": "another one"}}
EMPTY=
""",
        encoding="utf-8",
    )
    server.start()
    server.chat("Hello")
    assert model.calls[0].headers["authorization"] == "Bearer sk-with # inside"
    assert model.calls[0].model == "another one"


def test_a_dotenv_file_may_have_windows_line_ends(make_server, server, model):
    server = make_server()
    lines = [f"OPENAI_BASE_URL={model.url}", "OPENAI_API=chat_completions", 'DEFAULT_MODEL="m"', ""]
    (server.home / ".env").write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    server.start()
    assert server.chat("Hello")["message"] == "[1] Hello"
    assert model.calls[0].model == "m"


def test_the_command_line_comes_before_the_environment_before_the_file(make_server, server, model):
    def asked(file, environment, *arguments):
        server = make_server(**model.settings() | {"DEFAULT_MODEL": environment} if environment else model.settings())
        if not environment:
            del server.settings["DEFAULT_MODEL"]
        if file:
            (server.home / ".env").write_text(f"DEFAULT_MODEL={file}\n")
        server.start(*arguments)
        server.chat("Hello")
        server.close()
        return model.calls[-1].model

    assert asked("from-file", None) == "from-file"
    assert asked("from-file", "from-environment") == "from-environment"
    assert asked("from-file", "from-environment", "--default-model", "from-command-line") == "from-command-line"


def test_port_zero_takes_a_free_port_and_says_which(make_server, server):
    other = make_server()
    other.settings["PORT"] = "0"
    other.launch()
    line = wait_until(lambda: [line for line in other.output().splitlines() if "/api/v1" in line], "the banner")[0]
    other.port = int(line.split("127.0.0.1:")[1].split("/")[0])
    assert other.port > 0
    assert successful(other.get("/api/v1/health"))["status"] == "healthy"


# Wrong settings

WRONG = [
    ("PORT", "eighty", "65535"),
    ("PORT", "70000", "65535"),
    ("PORT", "-1", "65535"),
    ("HOST", "nohost.invalid", "127.0.0.1"),
    ("HOST", "999.1.1.1", "127.0.0.1"),
    ("HOST", "192.0.2.1", "127.0.0.1"),
    ("OPENAI_API", "graphql", "chat_completions"),
    ("OPENAI_BASE_URL", "not a url", "http"),
    ("OPENAI_BASE_URL", "ftp://example.com/v1", "http"),
    ("CORS_ORIGINS", "http://localhost:3000", "["),
    ("CORS_ORIGINS", '["localhost"]', "http"),
    ("CORS_ORIGINS", '["http://a", 7]', "["),
    ("MODEL_ALIASES", "gpt-4o=other", "{"),
    ("MODEL_ALIASES", '["gpt-4o"]', "{"),
    ("MODEL_ALIASES", '{"gpt-4o": 7}', "{"),
    ("MODEL_FIRST_BYTE_TIMEOUT", "soon", "seconds"),
    ("MODEL_IDLE_TIMEOUT", "-3", "seconds"),
    ("MODEL_MAX_RETRIES", "1.5", "0"),
    ("RUN_TIMEOUT", "0", "seconds"),
    ("RUN_CONCURRENCY", "0", "1"),
    ("MAX_BODY_BYTES", "huge", "bytes"),
    ("SHUTDOWN_GRACE", "never", "seconds"),
    ("DEBUG", "maybe", "true"),
    ("LOG_LEVEL", "loud", "warning"),
    ("ASSISTANT_ID", "not an id!", "asst_"),
    ("ASSISTANT_INSTRUCTIONS_FILE", "/nowhere/instructions.md", ""),
]


def with_settings(server, **settings):
    server.settings |= settings
    return server


@pytest.mark.parametrize("name, value, legal", WRONG)
def test_a_wrong_setting_stops_the_start_and_says_what_is_legal(make_server, server, name, value, legal):
    ended = with_settings(make_server(), **{name: value}).run("serve")
    assert ended.returncode > 0
    assert name in ended.stderr
    assert value in ended.stderr
    assert legal in ended.stderr
    assert "Fatal error" not in ended.stderr


# Without a resolver it is not sure that there is no such name.
@pytest.mark.parametrize(("host", "codes"), [("nohost.invalid", {1, 78}), ("192.0.2.1", {1})])
def test_a_host_that_is_not_here_is_the_only_error(make_server, server, host, codes):
    ended = with_settings(make_server(), HOST=host).run("serve")
    assert ended.returncode in codes
    assert "CancellationError" not in ended.stderr
    assert len([line for line in ended.stderr.splitlines() if "ERROR" in line]) == 1


@pytest.mark.parametrize("place", ["a directory", "behind a file"])
def test_a_log_file_that_cannot_be_written_stops_the_start(make_server, server, tmp_path, place):
    (tmp_path / "file").write_text("not a directory")
    path = tmp_path if place == "a directory" else tmp_path / "file" / "app.log"
    ended = with_settings(make_server(), LOG_FILE=str(path)).run("serve")
    assert ended.returncode == 78
    assert "LOG_FILE" in ended.stderr and str(path) in ended.stderr and "none" in ended.stderr


def test_the_default_log_file_does_not_stop_the_start(make_server, server):
    server = make_server()
    own = server.settings.pop("LOG_FILE")
    (server.home / "logs").write_text("not a directory")
    server.start()
    server.settings["LOG_FILE"] = own
    assert server.chat("Still there?")["message"]


def test_a_log_file_that_is_lost_later_does_not_stop_the_server(make_server, server, tmp_path):
    folder = tmp_path / "logs"
    server = make_server(LOG_FILE=folder / "app.log").start()
    wait_until(lambda: (folder / "app.log").exists(), "the log file is there")
    folder.rename(tmp_path / "elsewhere")
    folder.write_text("not a directory")
    assert server.chat("Still there?")["message"]
    assert server.healthy()


def test_all_wrong_settings_are_told_at_once(make_server, server):
    ended = with_settings(make_server(), PORT="x", OPENAI_API="y", CORS_ORIGINS="z").run("serve")
    assert ended.returncode > 0
    for name in ("PORT", "OPENAI_API", "CORS_ORIGINS"):
        assert name in ended.stderr


def test_a_wrong_key_is_not_shown(make_server, server):
    ended = make_server(OPENAI_API_KEY=KEY + "\n" + KEY).run("serve")
    assert ended.returncode > 0
    assert "OPENAI_API_KEY" in ended.stderr
    assert KEY not in ended.stderr + ended.stdout
    assert KEY[8:-4] not in ended.stderr + ended.stdout


def test_a_wrong_line_of_the_file_is_named(make_server, server):
    server = make_server()
    (server.home / ".env").write_text("DEFAULT_MODEL=fine\nMODEL_MAX_RETRIES=many\n")
    del server.settings["PORT"]
    ended = server.run("serve", "--port", "0")
    assert ended.returncode > 0
    assert "MODEL_MAX_RETRIES" in ended.stderr and "many" in ended.stderr and ".env" in ended.stderr


@pytest.mark.parametrize("line", ["DEFAULT_MODEL", "export DEFAULT_MODEL", "DEFAULT_MODEL # a comment"])
def test_a_name_without_a_value_in_the_file_stops_the_start(make_server, server, line):
    server = make_server()
    (server.home / ".env").write_text(f"# first\n{line}\n")
    ended = server.run("serve")
    assert ended.returncode == 78
    assert ".env, line 2" in ended.stderr and "NAME=value" in ended.stderr


@pytest.mark.parametrize("arguments", [["serve", "--no-such-option", "1"], ["no-such-command"], ["serve", "--port"]])
def test_a_wrong_command_line_is_refused(make_server, server, arguments):
    ended = make_server().run(*arguments)
    assert ended.returncode > 0
    assert "Usage" in ended.stderr


def test_serve_is_what_no_command_means(make_server, server):
    other = make_server()
    with open(other.terminal_output, "ab") as output:
        other.process = subprocess.Popen(
            [str(other.binary)], cwd=other.home, env=other.environment(), stdout=output, stderr=output
        )
    wait_until(other.healthy, "the server is healthy")


def test_help_tells_the_commands_and_the_settings(make_server, server):
    other = make_server()
    overview = other.run("--help")
    assert overview.returncode == 0
    assert "serve" in overview.stdout and "doctor" in overview.stdout
    settings = other.run("serve", "--help")
    assert settings.returncode == 0
    for option in ("--openai-api-key", "--openai-base-url", "--default-model", "--port", "--data-dir"):
        assert option in settings.stdout


def test_every_setting_is_in_the_example_file_and_the_help(make_server, server, root):
    example = (root / ".env.example").read_text(encoding="utf-8")
    names = set(re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE))
    options = make_server().run("serve", "--help").stdout
    shown = {word[2:].upper().replace("-", "_") for word in options.split() if word.startswith("--")}
    settings = shown - {"HELP", "VERSION", "ENV_FILE"}
    assert settings and settings <= names, settings - names


def test_the_example_file_is_a_configuration_that_starts(make_server, server, root):
    other = make_server()
    (other.home / ".env").write_bytes((root / ".env.example").read_bytes())
    other.settings = {name: other.settings[name] for name in ("PORT", "LOG_FILE", "DATA_DIR")}
    other.start()
    assert "built-in analyst" in other.output()


# Doctor


def doctor(server):
    return server.run("doctor", timeout=180)


def test_the_doctor_finds_all_well(make_server, server, model):
    ended = doctor(make_server(**model.settings(OPENAI_API_KEY=KEY)))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert len([line for line in ended.stdout.splitlines() if line.strip()]) >= 4
    assert KEY not in ended.stdout + ended.stderr


def test_the_doctor_is_content_without_a_model(make_server, server):
    ended = doctor(make_server())
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "built-in analyst" in ended.stdout


def test_the_doctor_finds_a_backend_that_is_down(make_server, server):
    port = free_port()
    ended = doctor(make_server(OPENAI_BASE_URL=f"http://127.0.0.1:{port}/v1", DEFAULT_MODEL="m"))
    assert ended.returncode == 1
    assert str(port) in ended.stdout
    assert "OPENAI_BASE_URL" in ended.stdout


def test_the_doctor_finds_a_base_url_without_its_path(make_server, server, model):
    settings = model.settings() | {"OPENAI_BASE_URL": model.url.removesuffix("/v1"), "OPENAI_API": "auto"}
    ended = doctor(make_server(**settings))
    assert ended.returncode == 1, ended.stdout
    assert "knows neither /chat/completions nor /responses" in ended.stdout
    assert "OPENAI_BASE_URL" in ended.stdout and "/v1" in ended.stdout


def test_the_doctor_finds_a_key_that_is_refused(make_server, server):
    model = ScriptedModel(key="the-right-key")
    try:
        ended = doctor(make_server(**model.settings(OPENAI_API_KEY=KEY)))
    finally:
        model.close()
    assert ended.returncode == 1
    assert "OPENAI_API_KEY" in ended.stdout
    assert KEY not in ended.stdout + ended.stderr


def test_the_doctor_finds_a_model_that_does_not_exist(make_server, server, model):
    model.script = Refuses(404, "The model `nothing` does not exist.", "model_not_found")
    ended = doctor(make_server(**model.settings(DEFAULT_MODEL="nothing")))
    assert ended.returncode == 1
    assert "nothing" in ended.stdout
    assert "DEFAULT_MODEL" in ended.stdout


def test_the_doctor_finds_a_data_directory_that_cannot_be(make_server, server, tmp_path):
    (tmp_path / "file").write_text("not a directory")
    ended = doctor(make_server(DATA_DIR=tmp_path / "file" / "data"))
    assert ended.returncode == 1
    assert "DATA_DIR" in ended.stdout


def test_the_doctor_leaves_no_log_file_behind(make_server, server, tmp_path):
    file = tmp_path / "logs" / "app.log"
    assert doctor(make_server(LOG_FILE=file)).returncode == 0
    assert not file.exists()


def test_the_doctor_leaves_a_link_of_the_log_file(make_server, server, tmp_path):
    link = tmp_path / "app.log"
    link.symlink_to(tmp_path / "later.log")
    assert doctor(make_server(LOG_FILE=link)).returncode == 0
    assert link.is_symlink()


def test_the_doctor_finds_a_wrong_setting(make_server, server):
    ended = doctor(make_server(OPENAI_API="graphql"))
    assert ended.returncode > 0
    assert "OPENAI_API" in ended.stdout + ended.stderr


def test_the_doctor_leaves_a_running_server_alone(start_server, model):
    server = start_server(**model.settings())
    thread = server.chat("Hello")["thread_id"]
    ended = doctor(server)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert server.chat("Still there?", thread)["message"] == "[3] Still there?"


# Limits


def test_requests_of_one_address_are_limited_and_told_when_to_come_back(make_server, server):
    server = make_server(REQUESTS_PER_MINUTE=20).start()
    responses = [server.get("/api/v1/threads") for _ in range(40)]
    refused = [response for response in responses if response.status_code == 429]
    assert refused and len(refused) < 40
    for response in refused:
        assert isinstance(response.json()["detail"], str)
        assert 1 <= int(response.headers["retry-after"]) <= 60


def test_a_long_conversation_is_cut_in_blocks_to_the_window(start_server, model):
    server = start_server(**model.settings(CONTEXT_TOKENS=4000))
    model.script = Says("fine")
    thread = server.new_thread()
    for number in range(60):
        server.chat(f"Question number {number}: " + "word " * 60, thread)
    sent = [[turn.text for turn in call.turns] for call in model.calls]
    whole = [text for _, text in server.texts(thread)]
    for number, turns in enumerate(sent):
        asked = whole[: 2 * number + 1]
        assert turns == asked[len(asked) - len(turns) :], "the window is the newest messages, in order"
    assert len(sent[-1]) < len(whole) - 1, "a window of 4,000 tokens holds all"
    assert len(sent[-1]) > 10, "a window of 4,000 tokens holds next to nothing"
    moves = sum(1 for earlier, later in zip(sent, sent[1:]) if later[0] != earlier[0])
    assert moves <= len(sent) / 3, "the beginning of the prompt moves too often for a prompt cache"
