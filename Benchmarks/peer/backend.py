"""The model, asked without streaming: for a server that answers in one piece that is the cheapest way."""

import os

import aiohttp
import orjson


class BackendError(Exception):
    pass


class Backend:
    def __init__(self):
        self._url = os.environ["OPENAI_BASE_URL"] + "/chat/completions"
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            headers={"Content-Type": "application/json"},
            timeout=aiohttp.ClientTimeout(total=600),
            auto_decompress=False,
        )

    async def answer(self, messages):
        body = orjson.dumps({"model": "scripted", "messages": messages})
        try:
            async with self._session.post(self._url, data=body) as response:
                data = await response.read()
        except aiohttp.ClientError as error:
            raise BackendError(str(error)) from error
        if response.status != 200:
            raise BackendError(data.decode("utf-8", "replace"))
        return orjson.loads(data)["choices"][0]["message"]["content"]

    async def close(self):
        await self._session.close()
