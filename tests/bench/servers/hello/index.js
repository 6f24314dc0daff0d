/** The least that the Functions Framework serves. */
export const hello = (request, response) => response.send('Hello, World!')

/** And the least that asks Firestore: what the official client costs by itself. */
export const document = async (request, response) => {
  const { Firestore } = await import('@google-cloud/firestore')
  const { exists } = await new Firestore().doc('none/none').get()
  response.send({ exists })
}
