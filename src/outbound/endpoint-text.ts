/** `10.0.0.3:443`, `[fd00::3]:443` */
export function at(address: string, port: number): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
