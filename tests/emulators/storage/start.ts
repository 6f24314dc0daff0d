import { StorageEmulator, type StorageEmulatorOptions } from './storage-emulator.ts'

/** Where the official client finds Cloud Storage. */
export interface RunningStorage extends AsyncDisposable {
  /** With a scheme, which the value of `STORAGE_EMULATOR_HOST` may lack. */
  url: string
  /** Ours, with its faults and events; undefined for one that was running already. */
  emulator: StorageEmulator | undefined
}

export interface OwnStorage extends RunningStorage {
  emulator: StorageEmulator
}

const variable = 'STORAGE_EMULATOR_HOST'

/** The emulator that `STORAGE_EMULATOR_HOST` names, else one of our own. */
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

/** An emulator of our own, which `STORAGE_EMULATOR_HOST` names until it is disposed: for what asks for its powers. */
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
