/** Models as their metadata describes them, for what the page says of files. None is connected. */
export const models = [
  { name: 'A model for text only', inputs: ['text'] },
  { name: 'A model for text and images', inputs: ['text', 'image'] },
  { name: 'A model that nobody knows', inputs: undefined },
] as const
