// Playing: sending the step again as soon as the reply came, so that the Worker computes while the page draws.

// chunk is how long one reply computes at full speed, in milliseconds: four draws of the page, so that the arcs move.
const chunk = 45;

// makeTraining returns how to play and pause. `on` has step() (the step that the training is at),
// progress(reply), playing(bool) and failed(error). A hidden tab sends nothing; when
// it is shown again the training goes on with the next step, as if it had never waited.
function makeTraining(engine, on) {
  let wanted = 0; // updates still to make; Infinity: until it stops
  let speed = 0; // steps a second; 0: as fast as it can
  let loop = null; // a promise while replies are awaited

  const hidden = () => document.visibilityState === "hidden";
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));

  async function run() {
    while (wanted > 0 && !hidden()) {
      const began = performance.now();
      const slow = speed > 0;
      const updates = Math.min(wanted, slow ? Math.max(1, Math.round(speed / 10)) : 1e6);
      const before = on.step();
      let reply;
      try {
        reply = await engine.ask("step", { updates, milliseconds: slow ? 1000 : chunk });
      } catch (error) {
        wanted = 0;
        on.failed(error);
        break;
      }
      const made = reply.step - before;
      wanted = reply.stopped ? 0 : Math.max(0, wanted - made);
      on.progress(reply);
      if (slow && wanted > 0) await wait(Math.max(0, (1000 * made) / speed - (performance.now() - began)));
    }
  }
  function start() {
    if (loop || wanted <= 0 || hidden()) return;
    loop = run().finally(() => {
      loop = null;
      if (wanted > 0 && !hidden()) start();
      else if (wanted <= 0) on.playing(false);
    });
  }
  document.addEventListener("visibilitychange", start);
  return {
    // playing reports whether steps are still to come, the one that was asked for before a pause included.
    playing: () => wanted > 0 || loop !== null,
    // play makes so many updates, or goes on until the session says that it stops.
    play(updates = Infinity) {
      const before = wanted > 0;
      wanted = updates;
      if (!before) on.playing(true);
      start();
    },
    // pause returns a promise of the moment at which the last reply came.
    async pause() {
      wanted = 0;
      if (loop) await loop;
    },
    speed(stepsASecond) {
      speed = stepsASecond;
    },
  };
}
