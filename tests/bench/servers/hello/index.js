/** The minimal function for the Functions Framework. */
export const hello = (request, response) => response.send('Hello, World!')

/** The minimal function that reads from Firestore, to measure the cost of the official client. */
export const document = async (request, response) => {
  const { Firestore } = await import('@google-cloud/firestore')
  const { exists } = await new Firestore().doc('none/none').get()
  response.send({ exists })
}
