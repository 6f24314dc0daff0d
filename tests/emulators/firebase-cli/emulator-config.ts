/** Where the emulators listen. A page of the Hosting emulator signs in and sends bytes there. */
const loopback = 'http://127.0.0.1:*'
const cloud = 'https://storage.googleapis.com'

/** firebase.json with a policy under which the page reaches the emulators in the place of the cloud. */
export function emulatorConfig(config: string): string {
  return config.replaceAll(cloud, `${cloud} ${loopback}`)
}
