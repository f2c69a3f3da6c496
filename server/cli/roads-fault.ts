/** A fault of the world, with a sentence for the operator: what was found, what was expected, what to do. */
export const roadsFault = (message: string) => Object.assign(new Error(message), { code: 'roads' })
