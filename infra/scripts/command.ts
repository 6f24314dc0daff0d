/** Runs an npm script. Prints an error as its message, without a stack, and sets the exit code 1. */
export async function command(main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
