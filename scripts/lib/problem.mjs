/** Problems that a script reports to the person who ran it: a stable code, what is wrong, and the way out. */

/** An error that `main` prints without a stack: the message is all there is to know. */
export class Problem extends Error {
  /**
   * @param {string} code stable, such as `OBS_BUILD_RUST_MISSING`
   * @param {string} message what is wrong and what to do
   */
  constructor(code, message) {
    super(message);
    this.name = 'Problem';
    this.code = code;
  }
}

/** Runs a script's main function; a failure ends the process with exit code 1 and a message. */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    console.error(error instanceof Problem ? `${error.code}: ${error.message}` : error);
    process.exitCode = 1;
  }
}
