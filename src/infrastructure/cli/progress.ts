import { type Options, SingleBar } from 'cli-progress';

export interface Progress {
  /** Begins a step when its name changes. */
  show(step: string, done: number, total: number): void;
  stop(): void;
}

/** A bar on the terminal, on stderr so that stdout stays the answer's; nothing where there is no terminal. */
export function progressBar(): Progress {
  if (!process.stderr.isTTY) return { show: () => undefined, stop: () => undefined };
  let bar: SingleBar | undefined;
  let current = '';
  const stop = () => {
    bar?.stop();
    bar = undefined;
  };
  const options: Options = {
    format: '{step} {bar} {percentage}% {eta_formatted}',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    barsize: 40,
  };
  return {
    show(step, done, total) {
      if (total <= 0) return;
      if (step !== current || !bar) {
        stop();
        current = step;
        bar = new SingleBar(options);
        bar.start(total, 0, { step });
      }
      bar.setTotal(total);
      bar.update(Math.min(done, total));
    },
    stop,
  };
}
