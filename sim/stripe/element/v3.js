// Stands where Stripe.js goes in a page: the part of it that web apps need for saving a card and
// for 3-D Secure (https://docs.stripe.com/js). The form is a frame of the simulator's own origin,
// so that a page never sees a card.
(() => {
  const home = new URL('.', document.currentScript.src);

  function frameOf(page, query) {
    const frame = document.createElement('iframe');
    const address = new URL(page, home);
    address.search = new URLSearchParams(query).toString();
    frame.src = address.href;
    frame.style.border = '0';
    frame.style.width = '100%';
    return frame;
  }

  // Calls on(message) for what this frame says; returns how to stop it.
  function hear(frame, on) {
    const listener = (event) => {
      if (event.source === frame.contentWindow && event.origin === home.origin) on(event.data);
    };
    addEventListener('message', listener);
    return () => removeEventListener('message', listener);
  }

  class PaymentElement {
    constructor(key, secret) {
      this.frame = frameOf('card.html', { key, secret });
      this.frame.title = 'Card';
      this.handlers = { ready: [], change: [], loaderror: [] };
      this.waiting = null;
      this.stop = hear(this.frame, (message) => {
        if (message.height) this.frame.style.height = `${message.height}px`;
        if (message.ready) this.handlers.ready.forEach((handler) => handler());
        if (message.done) this.waiting?.(message.done);
      });
    }
    on(event, handler) {
      this.handlers[event]?.push(handler);
    }
    mount(node) {
      node.append(this.frame);
    }
    unmount() {
      this.frame.remove();
    }
    destroy() {
      this.stop();
      this.frame.remove();
    }
    confirm() {
      return new Promise((resolve) => {
        this.waiting = resolve;
        this.frame.contentWindow.postMessage({ confirm: true }, home.origin);
      });
    }
  }

  // Over the whole page until the customer has answered their bank.
  function challenge(key, secret) {
    const frame = frameOf('challenge.html', { key, secret });
    frame.title = 'Your bank';
    Object.assign(frame.style, { position: 'fixed', inset: '0', height: '100%', zIndex: '9999' });
    document.body.append(frame);
    return new Promise((resolve) => {
      const stop = hear(frame, (message) => {
        if (!message.done) return;
        stop();
        frame.remove();
        resolve(message.done);
      });
    });
  }

  window.Stripe = (key) => ({
    elements: ({ clientSecret }) => {
      let element = null;
      return {
        create: () => (element = new PaymentElement(key, clientSecret)),
        getElement: () => element,
        submit: async () => ({}),
      };
    },
    confirmSetup: async ({ elements }) => {
      const done = await elements.getElement().confirm();
      if (done.error || done.setupIntent.status !== 'requires_action') return done;
      const answered = await challenge(key, done.setupIntent.client_secret);
      return answered.error ? answered : { setupIntent: answered.intent };
    },
    handleNextAction: async ({ clientSecret }) => {
      const answered = await challenge(key, clientSecret);
      return answered.error ? answered : { paymentIntent: answered.intent };
    },
  });
})();
