// Figures of scripts, printed as the benches in Rust print theirs: one JSON line for each operation and size.

export class Took {
  #ms = [];
  #figure;

  constructor(impl, target, op, members) {
    this.#figure = { bench: "device", op, impl, target, members };
  }

  add(ms) {
    this.#ms.push(ms);
  }

  async time(work) {
    const begun = performance.now();
    const made = await work();
    this.add(performance.now() - begun);
    return made;
  }

  print() {
    const took = this.#ms.sort((a, b) => a - b);
    const at = (share) => Math.round(took[Math.min(took.length - 1, Math.floor(took.length * share))] * 1000);
    console.log(JSON.stringify({ ...this.#figure, p50_us: at(0.5), p99_us: at(0.99), samples: took.length }));
  }
}
