import { BlockList, isIP } from 'node:net';

/** Who may connect: addresses and networks such as `10.8.0.0/16`. */
export class AllowList {
  readonly #list = new BlockList();

  /** @throws RangeError naming the entry that is neither an address nor a network. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const [address = '', prefix] = entry.trim().split('/');
      const family = isIP(address);
      const bits = prefix === undefined ? null : Number(prefix);
      const most = family === 4 ? 32 : 128;
      if (family === 0 || (bits !== null && !(Number.isInteger(bits) && bits >= 0 && bits <= most)))
        throw new RangeError(`"${entry}" is no address and no network. Write 10.8.0.7 or 10.8.0.0/16.`);
      if (bits === null) this.#list.addAddress(address, familyName(family));
      else this.#list.addSubnet(address, bits, familyName(family));
    }
  }

  allows(remoteAddress: string | undefined): boolean {
    // A socket that listens on both families names an IPv4 caller this way.
    const address = (remoteAddress ?? '').replace(/^::ffff:/i, '');
    const family = isIP(address);
    return family !== 0 && this.#list.check(address, familyName(family));
  }
}

function familyName(family: number): 'ipv4' | 'ipv6' {
  return family === 4 ? 'ipv4' : 'ipv6';
}
