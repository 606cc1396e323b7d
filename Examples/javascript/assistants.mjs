// Talks to the Assistants API with nothing but fetch: a streamed run that is left after its first events, and taken up
// again where it was left.
//
// Usage: BASE_URL=http://127.0.0.1:8010 API_KEY=any node Examples/javascript/assistants.mjs   (Node 18 or newer)

const env = globalThis.process?.env ?? {};
const api = `${(env.BASE_URL ?? "http://127.0.0.1:8010").replace(/\/$/, "")}/v1`;
const headers = {
    "Content-Type": "application/json",
    "Authorization": `Bearer ${env.API_KEY ?? "any"}`,
    "OpenAI-Beta": "assistants=v2",
};

async function request(method, path, body, options = {}) {
    const response = await fetch(api + path, {
        method,
        headers: { ...headers, ...options.headers },
        body: body && JSON.stringify(body),
        signal: options.signal,
    });
    if (!response.ok) {
        const { error } = await response.json();
        throw new Error(`${response.status}: ${error.message}`);
    }
    return response;
}

const post = async (path, body, options) => (await request("POST", path, body, options)).json();

/** The events of a response; comments, which only keep the connection alive, are left out. */
async function* serverSentEvents(response) {
    let buffer = "";
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
        const blocks = (buffer + chunk).split("\n\n");
        buffer = blocks.pop();
        for (const block of blocks) {
            const event = /^event: (.*)$/m.exec(block)?.[1];
            const data = /^data: (.*)$/m.exec(block)?.[1];
            if (event !== undefined) yield { event, data };
        }
    }
}

const textOf = (delta) => delta.delta.content.map((part) => part.text?.value ?? "").join("");

const assistant = await post("/assistants", { model: env.MODEL ?? "gpt-4o-mini", instructions: "Be short." });
const thread = await post("/threads", { messages: [{ role: "user", content: "What data do you need from me?" }] });

// The key makes sure that a request which is sent again, as after a broken connection, starts no second run.
const controller = new AbortController();
const stream = await request(
    "POST",
    `/threads/${thread.id}/runs`,
    { assistant_id: assistant.id, stream: true },
    { headers: { "Idempotency-Key": crypto.randomUUID() }, signal: controller.signal },
);

let seen = 0;
let run = null;
for await (const { event, data } of serverSentEvents(stream)) {
    seen += 1;
    if (event === "thread.run.created") run = JSON.parse(data);
    if (event === "thread.run.in_progress") break;
}
controller.abort();
console.log(`--- left ${run.id} after ${seen} events`);

const rest = await request("GET", `/threads/${thread.id}/runs/${run.id}/events?starting_after=${seen}`);
for await (const { event, data } of serverSentEvents(rest)) {
    if (event === "thread.message.delta") process.stdout.write(textOf(JSON.parse(data)));
    if (event === "error") throw new Error(JSON.parse(data).error.message);
    if (event.startsWith("thread.run.") && !event.startsWith("thread.run.step.")) run = JSON.parse(data);
}
console.log(`\n--- ${run.status}`);

await request("DELETE", `/threads/${thread.id}`);
await request("DELETE", `/assistants/${assistant.id}`);
