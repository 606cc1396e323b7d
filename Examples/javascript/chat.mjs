// Talks to the server with nothing but fetch, as a web page does: a plain chat, then a streamed one.
//
// Usage: BASE_URL=http://127.0.0.1:8010 node Examples/javascript/chat.mjs   (Node 18 or newer)

const baseURL = (globalThis.process?.env.BASE_URL ?? "http://127.0.0.1:8010").replace(/\/$/, "");

const systemData = {
    targetedAds: [
        { id: "ad-1", name: "Summer Coffee", views: 1200, clicks: 84 },
        { id: "ad-2", name: "New Menu", views: 800, clicks: 72 },
    ],
    signages: [
        { id: "sg-1", name: "Lobby", status: "online" },
        { id: "sg-2", name: "Gate 3", status: "offline" },
    ],
};

async function post(path, body) {
    const response = await fetch(`${baseURL}/api/v1${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
    });
    if (!response.ok) {
        const { detail } = await response.json();
        throw new Error(`${response.status}: ${typeof detail === "string" ? detail : JSON.stringify(detail)}`);
    }
    return response;
}

/** Asks and waits for the whole answer: `{ message, thread_id, role, created_at }`. */
export async function chat(message, threadID = null, data = null) {
    const response = await post("/chat", { message, thread_id: threadID, system_data: data });
    return await response.json();
}

/** Asks and calls `onDelta` with each piece of text; returns what `chat` returns. */
export async function streamChat(message, threadID, onDelta) {
    const response = await post("/chat", { message, thread_id: threadID, stream: true });
    let answer = null;
    for await (const { event, data } of serverSentEvents(response.body)) {
        if (event === "delta") onDelta(JSON.parse(data).delta);
        if (event === "message") answer = JSON.parse(data);
        if (event === "error") throw new Error(JSON.parse(data).detail);
    }
    if (answer === null) throw new Error("The stream ended before the answer.");
    return answer;
}

/** The events of a response body; comments, which only keep the connection alive, are left out. */
async function* serverSentEvents(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let buffer = "";
    for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        buffer += value;
        const blocks = buffer.split("\n\n");
        buffer = blocks.pop();
        for (const block of blocks) {
            const event = /^event: (.*)$/m.exec(block)?.[1];
            const data = /^data: (.*)$/m.exec(block)?.[1];
            if (event !== undefined) yield { event, data };
        }
    }
}

const first = await chat("Which ad has the best click rate?", null, systemData);
console.log(first.message);

console.log(`\n--- streamed, same conversation (${first.thread_id}) ---\n`);
const second = await streamChat("꺼져 있는 디바이스가 있나요?", first.thread_id, (text) => process.stdout.write(text));
console.log(`\n--- ${second.message.length} characters, created at ${second.created_at}`);
