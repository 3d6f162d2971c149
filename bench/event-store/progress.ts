/** Says what is being done. */
export type Progress = (what: string) => void;

/** A line on standard error: one that is written over and over on a terminal, else one after the other. */
export function showProgress(): Progress {
  const started = performance.now();
  return (what) => {
    const time = `${Math.round((performance.now() - started) / 1000)} s`.padStart(6);
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${time}  ${what}`);
    else process.stderr.write(`${time}  ${what}\n`);
  };
}
