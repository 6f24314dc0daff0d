import { Config } from '@pulumi/pulumi'
import { checked, parsed, settingsSchema, type Settings } from './settings.ts'

/** Reads the configuration of the stack. Throws an `Error` that names every invalid key and its rule. */
export function readSettings(): Settings {
  const own = new Config('coffer')
  const google = new Config('gcp')
  const given = Object.keys(settingsSchema.shape).flatMap((key) => {
    const text = own.get(key)
    return text === undefined ? [] : [[key, parsed(text)] as const]
  })
  return checked(Object.fromEntries(given), {
    project: google.require('project'),
    region: google.require('region'),
  })
}
