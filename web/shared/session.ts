// Who is signed in: tokens of the accounts' wire (that of Cognito), kept by the browser and renewed
// before they end. One for each page, so that staff and a customer can share a browser.
import { signal } from '@preact/signals';

export interface Settings {
  client_id: string; // of the user pool's app
}
interface Tokens {
  access: string;
  refresh: string;
  until: number; // ms
  name: string;
}

export class Refused extends Error {
  constructor(readonly code: string, words: string) {
    super(words);
  }
}

const RENEW_BEFORE_MS = 30_000;
const TARGET = 'AWSCognitoIdentityProviderService.';

export class Session {
  readonly name = signal<string | null>(null);
  private tokens: Tokens | null = null;
  private renewal: Promise<string | null> | null = null;

  constructor(private readonly key: string, private readonly settings: Promise<Settings>) {
    const kept = localStorage.getItem(key);
    if (kept) {
      this.tokens = JSON.parse(kept) as Tokens;
      this.name.value = this.tokens.name;
    }
  }

  async signUp(email: string, password: string, givenName: string): Promise<void> {
    await this.call('SignUp', {
      Username: email,
      Password: password,
      UserAttributes: [
        { Name: 'email', Value: email },
        ...(givenName ? [{ Name: 'given_name', Value: givenName }] : []),
      ],
    });
  }
  async confirm(email: string, code: string): Promise<void> {
    await this.call('ConfirmSignUp', { Username: email, ConfirmationCode: code });
  }
  async sendCodeAgain(email: string): Promise<void> {
    await this.call('ResendConfirmationCode', { Username: email });
  }
  async signIn(email: string, password: string): Promise<void> {
    const answer = await this.call('InitiateAuth', {
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: email, PASSWORD: password },
    });
    this.keep(answer.AuthenticationResult, email);
  }
  signOut(): void {
    const tokens = this.tokens;
    this.tokens = null;
    this.name.value = null;
    localStorage.removeItem(this.key);
    if (tokens) void this.call('RevokeToken', { Token: tokens.refresh }).catch(() => {});
  }

  // A token that still lives; null where somebody has to sign in.
  async token(): Promise<string | null> {
    if (!this.tokens) return null;
    if (this.tokens.until - Date.now() > RENEW_BEFORE_MS) return this.tokens.access;
    this.renewal ??= this.renew().finally(() => (this.renewal = null));
    return this.renewal;
  }
  // The server did not take the token: the next one is a new one.
  expired(): void {
    if (this.tokens) this.tokens.until = 0;
  }

  private async renew(): Promise<string | null> {
    const tokens = this.tokens;
    if (!tokens) return null;
    try {
      const answer = await this.call('InitiateAuth', {
        AuthFlow: 'REFRESH_TOKEN_AUTH',
        AuthParameters: { REFRESH_TOKEN: tokens.refresh },
      });
      this.keep({ RefreshToken: tokens.refresh, ...answer.AuthenticationResult }, tokens.name);
      return this.tokens?.access ?? null;
    } catch (error) {
      if (error instanceof Refused && error.code === 'NotAuthorizedException') {
        this.signOut();
        return null;
      }
      throw error; // no network: still signed in
    }
  }

  private keep(result: Record<string, any>, name: string): void {
    this.tokens = {
      access: result.AccessToken,
      refresh: result.RefreshToken,
      until: Date.now() + result.ExpiresIn * 1000,
      name,
    };
    localStorage.setItem(this.key, JSON.stringify(this.tokens));
    this.name.value = name;
  }

  private async call(action: string, body: Record<string, unknown>): Promise<Record<string, any>> {
    const { client_id } = await this.settings;
    const response = await fetch('/', {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': TARGET + action },
      body: JSON.stringify({ ClientId: client_id, ...body }),
    });
    const answer = (await response.json().catch(() => ({}))) as Record<string, any>;
    if (response.ok) return answer;
    const code = String(answer.__type ?? '').split('#').pop() ?? '';
    throw new Refused(code, String(answer.message ?? 'That did not work. Try again.'));
  }
}
