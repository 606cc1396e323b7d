// Asks about a document that is attached to a question, with nothing but fetch: the thread gets a vector store of its own,
// the run waits until the document has been read, and the answer says where it is from.
//
// Usage: BASE_URL=http://127.0.0.1:8010 API_KEY=any node Examples/javascript/file-search.mjs   (Node 20 or newer)
//
// Citations need a model. Without one the built-in analyst answers, and does not search.

import { openAsBlob } from "node:fs";
import { fileURLToPath } from "node:url";

const env = globalThis.process?.env ?? {};
const api = `${(env.BASE_URL ?? "http://127.0.0.1:8010").replace(/\/$/, "")}/v1`;
const headers = { "Authorization": `Bearer ${env.API_KEY ?? "any"}`, "OpenAI-Beta": "assistants=v2" };

async function request(method, path, body) {
    const isForm = body instanceof FormData;
    const response = await fetch(api + path, {
        method,
        headers: body && !isForm ? { ...headers, "Content-Type": "application/json" } : headers,
        body: isForm ? body : body && JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${response.status}: ${answer.error.message}`);
    return answer;
}

const post = (path, body) => request("POST", path, body);

const form = new FormData();
form.append("purpose", "assistants");
form.append("file", await openAsBlob(fileURLToPath(new URL("../data/handbook/players.csv", import.meta.url))), "players.csv");
const file = await post("/files", form);
console.log(`--- ${file.id}: ${file.filename}, ${file.bytes} bytes`);

const assistant = await post("/assistants", {
    model: env.MODEL ?? "gpt-4o-mini",
    instructions: "Answer from the files.",
    tools: [{ type: "file_search" }],
});
const thread = await post("/threads", {
    messages: [{
        role: "user",
        content: "SG-2047의 보증은 언제까지인가요?",
        attachments: [{ file_id: file.id, tools: [{ type: "file_search" }] }],
    }],
});
const [store] = thread.tool_resources.file_search.vector_store_ids;
console.log(`--- the thread searches ${store}`);

let run = await post(`/threads/${thread.id}/runs`, { assistant_id: assistant.id });
while (["queued", "in_progress"].includes(run.status)) {
    // The server keeps the answer back until there is news.
    run = await (await fetch(`${api}/threads/${thread.id}/runs/${run.id}`, { headers: { ...headers, "Prefer": "wait=10" } })).json();
}

const steps = await request("GET", `/threads/${thread.id}/runs/${run.id}/steps?order=asc`
    + `&include[]=${encodeURIComponent("step_details.tool_calls[*].file_search.results[*].content")}`);
for (const call of steps.data.flatMap((step) => step.step_details.tool_calls ?? [])) {
    for (const result of call.file_search?.results ?? []) {
        console.log(`--- found ${result.file_name} (${result.score.toFixed(2)}): ${result.content[0].text.split("\n")[0]}`);
    }
}

const { data: [message] } = await request("GET", `/threads/${thread.id}/messages?limit=1`);
const { value, annotations } = message.content[0].text;
console.log(value);
for (const { text, file_citation: citation } of annotations) console.log(`${text} is ${citation.file_id}`);
console.log(`--- ${run.status}`);

await request("DELETE", `/threads/${thread.id}`);
await request("DELETE", `/assistants/${assistant.id}`);
await request("DELETE", `/vector_stores/${store}`);
await request("DELETE", `/files/${file.id}`);
