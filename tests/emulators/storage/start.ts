import { StorageEmulator, type StorageEmulatorOptions } from './storage-emulator.ts'

/** Where the official client finds Cloud Storage. */
export interface RunningStorage extends AsyncDisposable {
  /** The value of `STORAGE_EMULATOR_HOST`. */
  url: string
  /** Ours, with its faults and events; undefined for one that was running already. */
  emulator: StorageEmulator | undefined
}

const variable = 'STORAGE_EMULATOR_HOST'

/** The emulator that `STORAGE_EMULATOR_HOST` names, or one of our own that it names from now on until it is disposed. */
export async function startStorageEmulator(
  options: StorageEmulatorOptions = {},
): Promise<RunningStorage> {
  const running = process.env[variable]
  if (running !== undefined) {
    return { url: running, emulator: undefined, [Symbol.asyncDispose]: async () => undefined }
  }
  const emulator = await StorageEmulator.start(options)
  process.env[variable] = emulator.url
  return {
    url: emulator.url,
    emulator,
    async [Symbol.asyncDispose]() {
      delete process.env[variable]
      await emulator[Symbol.asyncDispose]()
    },
  }
}
