"""The job of both peers: one chat, with the promises of the server that is compared.

The question is on disk before the model is asked, the answer before it is given.
"""

import time

from backend import Backend
from store import Store, new_id


class UnknownThread(Exception):
    pass


class Chats:
    def __init__(self):
        self._store = Store()
        self._backend = Backend()

    async def answer(self, question, thread):
        if thread is None:
            thread, history = new_id("thread"), []
            await self._store.write(Store.thread(thread), Store.message(thread, "user", question))
        else:
            history = self._store.history(thread)
            if history is None:
                raise UnknownThread(f"No thread found with id '{thread}'.")
            await self._store.write(Store.message(thread, "user", question))
        answer = await self._backend.answer([*history, {"role": "user", "content": question}])
        await self._store.write(Store.message(thread, "assistant", answer))
        return {"message": answer, "thread_id": thread, "role": "assistant", "created_at": int(time.time())}

    async def close(self):
        await self._backend.close()
