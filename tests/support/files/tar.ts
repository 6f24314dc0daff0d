/** Makes a tar archive (POSIX ustar). */
export function tarred(files: Buffer[]): Buffer {
  const entries = files.flatMap((file, index) => {
    const header = Buffer.alloc(512)
    header.write(`${index}.npz`)
    header.write('0000644\u00000000000\u00000000000\u0000', 100)
    header.write(
      `${file.length.toString(8).padStart(11, '0')}\u000000000000000\u0000        0`,
      124,
    )
    header.write('ustar\u000000', 257)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148)
    return [header, file, Buffer.alloc((512 - (file.length % 512)) % 512)]
  })
  return Buffer.concat([...entries, Buffer.alloc(1024)])
}
