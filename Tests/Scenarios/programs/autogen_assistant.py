"""A program with AutoGen's assistant, as its users write them; only OPENAI_BASE_URL says where the API is."""

import json

from autogen import UserProxyAgent
from autogen.agentchat.contrib.gpt_assistant_agent import GPTAssistantAgent

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tells the weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def conversation(with_a_tool):
    outputs = []

    def get_weather(city):
        outputs.append(f"sunny in {city}")
        return outputs[-1]

    helper = GPTAssistantAgent(
        name="autogen_helper",
        instructions="Help.",
        llm_config={"config_list": [{"model": "scripted-model"}], "check_every_ms": 20},
        assistant_config={"tools": [WEATHER] if with_a_tool else []},
    )
    helper.register_function({"get_weather": get_weather})
    user = UserProxyAgent(
        "user",
        human_input_mode="NEVER",
        code_execution_config=False,
        max_consecutive_auto_reply=1,
        default_auto_reply="More",
    )
    chat = user.initiate_chat(helper, message="What is the weather?")
    answers = [entry["content"] for entry in chat.chat_history if entry.get("name") != "user"]
    helper.delete_assistant()
    return answers, outputs


if __name__ == "__main__":
    talk, _ = conversation(with_a_tool=False)
    answers, outputs = conversation(with_a_tool=True)
    print(json.dumps({"talk": talk, "answer": answers, "outputs": outputs}))
