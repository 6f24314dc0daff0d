/** The Firebase emulator sets K_SERVICE and K_REVISION as Cloud Run does, but not K_CONFIGURATION. */
export function onCloudRun(env: {
  K_SERVICE?: string | undefined
  K_CONFIGURATION?: string | undefined
  FUNCTIONS_EMULATOR?: string | undefined
}): boolean {
  if (env.K_CONFIGURATION !== undefined) return true
  return env.K_SERVICE !== undefined && env.FUNCTIONS_EMULATOR !== 'true'
}
