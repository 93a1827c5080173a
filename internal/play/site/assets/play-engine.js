// Messages to the session in the Worker: one request, one reply, in order.

// makeEngine returns how to ask a session. broken(message) is called once if the Worker fails as a whole; what waits is refused then.
// While a request waits, the root element has the attribute data-asking.
function makeEngine(worker, broken) {
  const waiting = new Map(); // by the id of the request
  let last = 0,
    failed = "";
  const count = () => document.documentElement.toggleAttribute("data-asking", waiting.size > 0);
  const fail = (message) => {
    if (failed) return;
    failed = message || "the engine stopped";
    for (const { refuse } of waiting.values()) refuse(new Error(failed));
    waiting.clear();
    count();
    broken(failed);
  };
  worker.onmessage = (event) => {
    const reply = JSON.parse(event.data);
    const request = waiting.get(reply.id);
    if (!request) {
      if (reply.error) fail(reply.error); // an error that belongs to no request
      return;
    }
    waiting.delete(reply.id);
    count();
    if (reply.error === undefined) request.resolve(reply.result);
    else request.refuse(new Error(reply.error));
  };
  worker.onerror = (event) => {
    event.preventDefault?.();
    fail(event.message);
  };
  return {
    // ask sends a request and returns a promise of its result; an error of the session rejects it.
    ask(what, fields = {}) {
      if (failed) return Promise.reject(new Error(failed));
      const id = ++last;
      return new Promise((resolve, refuse) => {
        waiting.set(id, { resolve, refuse });
        count();
        worker.postMessage(JSON.stringify({ id, do: what, ...fields }));
      });
    },
  };
}

// makeLatest returns a function that runs `act` with the newest argument it was called with: while one run goes on, only the last call
// of those that came meanwhile is kept. For what a pointer or a slider asks many times a second.
function makeLatest(act) {
  let running = false,
    waiting = null;
  const run = async (argument) => {
    running = true;
    await act(argument);
    running = false;
    if (waiting) {
      const { argument: next } = waiting;
      waiting = null;
      run(next);
    }
  };
  return (argument) => {
    if (running) waiting = { argument };
    else run(argument);
  };
}
