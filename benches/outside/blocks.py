"""Building blocks of a KPI: what drives it, how it is bent into a measured value, what of it the customer remembers."""

import numpy as np

from company import Company, expit, lag, z


class Blocks(Company):
    """Drivers, shapes, memories and programmes."""

    def drive(self, static=None):
        """A standardised exogenous driver: static heavy-tailed base plus a moving part that is none of it Gaussian AR(1)."""
        r, n, T = self.r, self.n, self.T
        k = r.choice(["regime", "shots", "onoff", "walk", "wave"])
        m = np.zeros((n, T))
        W = 12
        if k == "regime":
            lev, left = r.gumbel(0, 0.8, n), r.integers(1, 9, n)
            x = lev.copy()
            sp, inert = r.uniform(4, 9), r.uniform(0.2, 0.6)
            for t in range(-W, T):
                sw = left <= 0
                lev[sw], left[sw] = r.gumbel(0, 0.8, sw.sum()), np.ceil(r.gamma(2, sp / 2, sw.sum())).astype(int)
                left -= 1
                x = inert * x + (1 - inert) * lev
                if t >= 0:
                    m[:, t] = x
        elif k == "shots":
            x, rho, rate = np.zeros(n), r.uniform(0.7, 0.88), r.uniform(0.08, 0.18)
            for t in range(-W, T):
                x = rho * x + (r.random(n) < rate) * r.gamma(1.5, 0.8, n)
                if t >= 0:
                    m[:, t] = np.sqrt(x + 0.05)
        elif k == "onoff":
            on, left, x = r.random(n) < 0.5, r.integers(1, 9, n), np.zeros(n)
            a, b = r.uniform(4, 9), r.uniform(4, 10)
            for t in range(-W, T):
                sw = left <= 0
                on[sw] = ~on[sw]
                left[sw] = np.ceil(r.exponential(np.where(on[sw], a, b))).astype(int)
                left -= 1
                x = 0.5 * x + 0.5 * on
                if t >= 0:
                    m[:, t] = x + r.laplace(0, 0.05, n)
        elif k == "walk":
            x, s = r.uniform(-1.5, 1.5, n), r.uniform(0.25, 0.42)
            for t in range(T):
                x = x + r.laplace(0, s, n)
                x = np.where(x > 1.7, 3.4 - x, np.where(x < -1.7, -3.4 - x, x)).clip(-1.7, 1.7)
                m[:, t] = x
        else:  # waves: campaigns that come to groups of accounts at different times and are taken up unequally
            G = int(r.integers(12, 30))
            g, resp = r.integers(0, G, n), r.gamma(2, 0.5, n)
            w = np.zeros((G, T))
            for j in range(G):
                t = -int(r.integers(0, 8))
                while t < T:
                    d = int(r.integers(3, 8))
                    w[j, max(t, 0) : max(t + d, 0)] += r.uniform(0.5, 1.5)
                    t += d + int(r.integers(2, 9))
            m = resp[:, None] * w[g] + 0.35 * np.cumsum(r.laplace(0, 0.3, (n, T)), 1) / np.sqrt(1 + np.arange(T))
        a = r.uniform(0.15, 0.42) if static is None else static
        b = z(r.gamma(1.5, 1, n) if r.random() < 0.5 else r.standard_t(5, n))
        eps = r.uniform(0.05, 0.15)
        return z(
            np.sqrt(a) * b[:, None]
            + np.sqrt(1 - a - eps) * z(m)
            + np.sqrt(eps) * np.clip(r.standard_t(5, (n, T)), -6, 6)
        )

    def team(self, u):
        """For our own actions: energy of the owner, crowding out by a book on fire."""
        r = self.r
        return z(u + r.uniform(0.15, 0.45) * self.own_q[self.own] - r.uniform(0.15, 0.4) * self.crowd)

    def shape(self, u, kind):
        """Bend a driver into a measured value. Returns value, bend (transform on which the effect is linear)."""
        r, n, T = self.r, self.n, self.T
        id_, l1 = (lambda x: x), np.log1p
        sea = self.season[None] * r.uniform(0, 0.8)
        if kind == "count":  # self-exciting, exposure = seats, sometimes a module that is not installed
            e, ex, s = r.uniform(0.2, 0.6), r.uniform(0.05, 0.3), r.uniform(0.5, 0.8)
            mu = np.log(r.choice([6, 15, 60, 250]))
            lam = np.exp(mu + s * u + e * self.lseat + sea)
            disp = r.uniform(3, 9)
            x, prev = np.zeros((n, T)), None
            off = r.random(n) < r.choice([0, 0, 0.04])
            for t in range(T):
                m = (1 - ex) * lam[:, t] + (
                    ex * np.minimum(prev, 4 * lam[:, t]) if prev is not None else ex * lam[:, t]
                )
                x[:, t] = r.poisson(np.maximum(m, 1e-6) * r.gamma(disp, 1 / disp, n))
                prev = x[:, t]
            x[off] = 0
            zi = r.random((n, T)) < r.choice([0, 0.01, 0.03])
            return np.where(zi, 0, x), l1
        if kind == "small":  # visits, sessions, escalations: 0..10 a month
            lam = np.exp(np.log(r.uniform(1.2, 3.0)) + r.uniform(0.6, 0.85) * u + 0.2 * self.lseat + 0.5 * sea)
            return r.poisson(np.minimum(lam, 25)).astype(float), l1
        if kind == "share":  # per cent of seats, so small customers are grainy
            p = expit(r.uniform(-0.9, 0.9) + r.uniform(0.8, 1.1) * u + 0.6 * sea)
            N = np.maximum(8, self.seats)
            return np.round(100 * r.binomial(N, p) / N, 1), id_
        if kind == "heavy":
            x = np.exp(
                np.log(r.choice([3e1, 2e3, 9e4]))
                + r.uniform(0.8, 1.2) * u
                + 0.5 * self.lseat
                + sea
                + 0.15 * np.clip(r.standard_t(3, (n, T)), -8, 8)
            )
            return np.round(x, 2), l1
        if kind == "days":
            p = expit(r.uniform(-0.6, 0.6) + r.uniform(0.8, 1.1) * u + sea)
            return r.binomial(21, p).astype(float), id_
        if kind == "hours":
            return np.round(r.gamma(4, np.exp(np.log(r.uniform(2, 30)) + r.uniform(0.5, 0.8) * u) / 4, (n, T)), 1), l1
        if kind == "flag":
            return (r.random((n, T)) < expit(r.uniform(-0.7, 0.4) + 1.7 * u)).astype(float), id_
        if kind == "rating":  # mean of many small ratings, 1..5
            return np.round(
                np.clip(1 + 4 * expit(r.uniform(0, 0.9) + 0.85 * u) + r.normal(0, 0.2, (n, T)), 1, 5), 2
            ), id_
        if kind == "scale11":  # 0..10, integer
            return np.clip(np.round(6.6 + 1.9 * u + r.laplace(0, 0.5, (n, T))), 0, 10), id_
        raise KeyError(kind)

    def ask(self, x, push_down=None):
        """Keep a value only in the quarters in which the account was asked and answered."""
        r, n, T = self.r, self.n, self.T
        off = r.integers(0, 3, n)
        asked = np.mod(np.arange(T)[None] + off[:, None], 3) == 0
        pr = expit(r.uniform(0.6, 1.4) + r.uniform(0.4, 0.9) * self.sat if push_down is None else push_down)
        return np.where(asked & (r.random((n, T)) < pr), x, np.nan)

    def past(self, h):
        """What the customer has in mind: last month, or a 2-3-month smoothed value; always strictly before the month of decision."""
        k = self.r.choice(["last", "last", "two", "three", "fading"])
        if k == "last":
            return lag(h), k
        if k == "two":
            return 0.5 * lag(h) + 0.5 * lag(h, 2), k
        if k == "three":
            return (lag(h) + lag(h, 2) + lag(h, 3)) / 3, k
        return 0.55 * lag(h) + 0.3 * lag(h, 2) + 0.15 * lag(h, 3), k

    def programme(self):
        """Waves of a programme; random or chosen by the team (who looks for trouble or for size)."""
        r, n, T = self.r, self.n, self.T
        P = np.zeros((n, T))
        for w in range(int(r.integers(2, 5))):
            s, d, share = int(r.integers(1, T - 3)), int(r.integers(4, 10)), r.uniform(0.25, 0.5)
            if self.prog == "random":
                sel = r.random(n) < share
            else:
                v = -0.8 * self.sat[:, s] + 0.4 * self.lseat[:, s] + r.normal(0, 0.8, n)
                sel = v > np.quantile(v, 1 - share * 0.7)
            P[sel, s : s + d] = 1
        return P
