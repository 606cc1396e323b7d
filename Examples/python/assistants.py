"""Talks to the server with OpenAI's own SDK: a streamed run whose function calls are answered, then the thread.

Usage: BASE_URL=http://127.0.0.1:8010 API_KEY=any python3 Examples/python/assistants.py   (needs: pip install openai)

The functions are called by a model. Without one the built-in analyst answers, and calls none.
"""

import json
import os

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("BASE_URL", "http://127.0.0.1:8010").rstrip("/") + "/v1",
    api_key=os.environ.get("API_KEY", "any"),
)
runs = client.beta.threads.runs

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tells the weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
        "strict": True,
    },
}


def get_weather(city: str) -> str:
    return f"{city}: 21 °C, sunny"


FUNCTIONS = {"get_weather": get_weather}


def output_of(call) -> dict:
    """What the function returns that the model wants called, in the form in which it is submitted."""
    try:
        output = FUNCTIONS[call.function.name](**json.loads(call.function.arguments))
    except (KeyError, TypeError, ValueError) as error:
        output = f"The call failed: {error!r}"
    return {"tool_call_id": call.id, "output": output}


def follow(stream):
    """Prints the answer as it comes; returns the run as the stream left it."""
    with stream as events:
        for text in events.text_deltas:
            print(text, end="", flush=True)
        return events.get_final_run()


def main() -> None:
    assistant = client.beta.assistants.create(
        model=os.environ.get("MODEL", "gpt-4o-mini"),
        name="Weather desk",
        instructions="You answer questions about the weather.",
        tools=[WEATHER],
    )
    thread = client.beta.threads.create(messages=[{"role": "user", "content": "What is the weather in Seoul?"}])

    run = follow(runs.stream(thread_id=thread.id, assistant_id=assistant.id))
    while run.status == "requires_action":
        calls = run.required_action.submit_tool_outputs.tool_calls
        print("calls", ", ".join(f"{call.function.name}({call.function.arguments})" for call in calls))
        outputs = [output_of(call) for call in calls]
        run = follow(runs.submit_tool_outputs_stream(run_id=run.id, thread_id=thread.id, tool_outputs=outputs))

    print(f"\n== {run.status}, {run.usage.total_tokens if run.usage else 'unknown'} tokens")
    for message in client.beta.threads.messages.list(thread.id, order="asc"):
        print(f"{message.role}: {message.content[0].text.value[:60]!r}")

    client.beta.threads.delete(thread.id)
    client.beta.assistants.delete(assistant.id)


if __name__ == "__main__":
    main()
