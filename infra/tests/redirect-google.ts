// Loaded into a script before it starts. Redirects requests for Google to the test.
const origin = process.env['GOOGLE_STAND_IN']
const direct = globalThis.fetch
globalThis.fetch = (input, options) => {
  const url = String(input instanceof Request ? input.url : input)
  return direct(url.replace(/^https:\/\/(?=[a-z]+\.googleapis\.com)/, `${origin}/`), options)
}
