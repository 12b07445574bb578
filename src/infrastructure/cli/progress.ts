import { type Options, SingleBar } from 'cli-progress';

export interface Progress {
  /** Begins a step when its name changes. @param note what else is worth seeing, such as a rate */
  show(step: string, done: number, total: number, note?: string): void;
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
    format: '{step} {bar} {percentage}% {eta_formatted} {note}',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
    barsize: 40,
  };
  return {
    show(step, done, total, note = '') {
      if (total <= 0) return;
      if (step !== current || !bar) {
        stop();
        current = step;
        bar = new SingleBar(options);
        bar.start(total, 0, { step, note });
      }
      bar.setTotal(total);
      bar.update(Math.min(done, total), { note });
    },
    stop,
  };
}
