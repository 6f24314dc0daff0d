import { StorageEmulator, type StorageEmulatorOptions } from './storage-emulator.ts'

/** The endpoint of the JSON API. */
export interface RunningStorage extends AsyncDisposable {
  /** With a scheme, which the value of `STORAGE_EMULATOR_HOST` may lack. */
  url: string
  /** Our emulator, with its faults and events. Undefined for an external one. */
  emulator: StorageEmulator | undefined
}

export interface OwnStorage extends RunningStorage {
  emulator: StorageEmulator
}

const variable = 'STORAGE_EMULATOR_HOST'

/** The emulator at `STORAGE_EMULATOR_HOST`, or a new one of ours. */
export async function startStorageEmulator(
  options: StorageEmulatorOptions = {},
): Promise<RunningStorage> {
  const running = process.env[variable]
  if (!running) return startOwnStorage(options)
  const url = /^https?:\/\//.test(running) ? running : `http://${running}`
  return {
    url: url.replace(/\/+$/, ''),
    emulator: undefined,
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** Starts our emulator and sets `STORAGE_EMULATOR_HOST` until disposal, for tests that need its faults or events. */
export async function startOwnStorage(options: StorageEmulatorOptions = {}): Promise<OwnStorage> {
  const running = process.env[variable]
  const emulator = await StorageEmulator.start(options)
  process.env[variable] = emulator.url
  return {
    url: emulator.url,
    emulator,
    async [Symbol.asyncDispose]() {
      if (running === undefined) delete process.env[variable]
      else process.env[variable] = running
      await emulator[Symbol.asyncDispose]()
    },
  }
}
