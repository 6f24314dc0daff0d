/** The type of a picture that a renderer made for a model: JPEG, which begins with FF D8, or PNG. */
export function modelPictureType([first, second]: Uint8Array): 'image/jpeg' | 'image/png' {
  return first === 0xff && second === 0xd8 ? 'image/jpeg' : 'image/png'
}
