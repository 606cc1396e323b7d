"""A program with LangChain's assistant, as its users write them; only OPENAI_BASE_URL says where the API is."""

import json

from langchain_community.agents.openai_assistant import OpenAIAssistantV2Runnable
from langchain_core.agents import AgentFinish
from langchain_core.tools import tool


@tool
def get_weather(city: str) -> str:
    """Tells the weather of a city."""
    return f"sunny in {city}"


def plain_conversation():
    assistant = OpenAIAssistantV2Runnable.create_assistant(
        name="LangChain helper", instructions="Help.", tools=[], model="scripted-model", check_every_ms=20
    )
    first = assistant.invoke({"content": "Hello"})
    thread = first[0].thread_id
    second = assistant.invoke({"content": "And again", "thread_id": thread})
    return [message[0].content[0].text.value for message in (first, second)]


def agent_with_a_tool():
    agent = OpenAIAssistantV2Runnable.create_assistant(
        name="LangChain agent",
        instructions="Help.",
        tools=[get_weather],
        model="scripted-model",
        as_agent=True,
        check_every_ms=20,
    )
    request = {"content": "What is the weather in Seoul and Busan?"}
    response = agent.invoke(request)
    steps = []
    while not isinstance(response, AgentFinish):
        steps = [(action, get_weather.invoke(action.tool_input)) for action in response]
        last = steps[-1][0]
        request = {"intermediate_steps": steps, "run_id": last.run_id, "thread_id": last.thread_id}
        response = agent.invoke(request)
    return response.return_values["output"], [output for _, output in steps]


if __name__ == "__main__":
    answer, outputs = agent_with_a_tool()
    print(json.dumps({"talk": plain_conversation(), "answer": answer, "outputs": outputs}))
