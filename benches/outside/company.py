"""The company: contracts, seats, prices, calendar, owners, and the health of its customers."""

import numpy as np

FAMILIES = {  # accounts, months, decisions to leave, missing, monthly rate
    "easy": {"n": (1500, 3000), "T": (30, 40), "ev": (820, 2480), "miss": (0.0, 0.03), "rate": (0.014, 0.032)},
    "medium": {"n": (500, 1200), "T": (26, 36), "ev": (155, 495), "miss": (0.03, 0.10), "rate": (0.0115, 0.028)},
    "hard": {"n": (200, 500), "T": (24, 36), "ev": (42, 128), "miss": (0.10, 0.20), "rate": (0.0112, 0.024)},
    "adversarial": {"n": (500, 1200), "T": (26, 36), "ev": (155, 495), "miss": (0.03, 0.10), "rate": (0.0115, 0.028)},
}
# States of a customer.
ON, AD, ST, DR, DE = range(5)


def expit(x):
    return 1 / (1 + np.exp(-np.clip(x, -30, 30)))


def z(a):
    return (a - np.nanmean(a)) / (np.nanstd(a) + 1e-9)


def lag(a, k=1):
    o = np.empty_like(a, dtype=float)
    o[:, k:] = a[:, :-k]
    o[:, :k] = a[:, :1]
    return o


class Company:
    """Accounts of one company, month by month, before anything is measured."""

    def __init__(self, family, seed):
        self.family, self.seed = family, seed
        self.r = np.random.default_rng([seed, sorted(FAMILIES).index(family), 90210])
        self.f = FAMILIES[family]

    def company(self):
        r, f = self.r, self.f
        n, T = int(r.integers(f["n"][0], f["n"][1] + 1)), int(r.integers(f["T"][0], f["T"][1] + 1))
        if self.family == "hard":
            n = max(n, 230)
        self.n, self.T = n, T
        cols = np.arange(T)
        # starts: an installed base plus waves of sales
        base = r.random(n) < r.uniform(0.5, 0.7)
        wave = 1 + 0.5 * np.sin(2 * np.pi * (cols[: T - 6] + r.integers(12)) / 12)
        new = r.choice(T - 6, n, p=wave / wave.sum())
        self.start = np.where(base, -np.minimum(r.geometric(1 / 22, n), 60), new)
        self.age = cols[None] - self.start[:, None]
        self.active = self.age >= 0
        # segments, contracts
        names = [
            ["smb", "mid", "enterprise"],
            ["retail", "industry", "services", "public"],
            ["starter", "growth", "scale"],
        ][r.integers(3)]
        S = len(names)
        self.segn = np.array(names)
        self.seg = r.choice(S, n, p=r.dirichlet(np.full(S, 7.0)))
        sc = r.permutation(S).astype(float) if S == 4 else np.arange(S, dtype=float)
        self.segz = z(sc[self.seg])
        sizey = 0.5 * self.segz if S == 3 else 0 * self.segz
        self.metered = r.random(n) < expit(r.uniform(-0.7, 0.1) + 0.3 * self.segz)
        self.annual = r.random(n) < expit(r.uniform(-0.9, 0.6) + 0.5 * sizey)
        nm, na = int(r.choice([0, 1, 1])), int(r.choice([1, 1, 2, 3]))
        self.notice = np.where(self.annual, na, nm)
        if r.random() < 0.3 and na < 3:  # big customers negotiated another notice period
            self.notice = np.where(self.annual & (self.seg == S - 1), na + 1, self.notice)
        self.mte = np.where(self.annual[:, None], 11 - np.mod(self.age, 12), 0)
        # seats grow in steps, at irregular moments; an acquisition now and then
        s0 = np.exp(r.normal(2.9, 0.75, n) + sizey)
        step = np.where(r.random((n, T)) < 0.06, r.gamma(1.3, 0.12, (n, T)) - 0.04, 0) + np.where(
            r.random((n, T)) < 0.002, 0.6, 0
        )
        self.seats = np.maximum(2, np.round(s0[:, None] * np.exp(np.cumsum(step, 1)))).astype(int)
        self.lseat = np.log(self.seats) - np.log(self.seats).mean()
        # price, with a rise or two that reach annual customers at renewal
        unit = np.exp(r.normal(0, 0.25, n)) * r.choice([900, 1800, 2500, 4200])
        fac = np.ones((n, T))
        self.rise = np.zeros((n, T))
        for m in r.choice(np.arange(6, T - 3), r.integers(0, 3), replace=False):
            wait = np.where(self.annual, np.mod(self.start - m, 12), 0)
            when = m + wait
            pct = r.uniform(0.05, 0.16)
            on = cols[None] >= when[:, None]
            fac *= 1 + pct * on
            self.rise += on & (cols[None] < when[:, None] + 3)
        self.price = np.round(unit[:, None] * self.seats * fac, -2)
        # calendar: holidays in two months of the year, busy season
        ph = int(r.integers(12))
        moy = np.mod(cols + ph, 12)
        self.moy = moy
        self.season = 0.25 * np.cos(2 * np.pi * (moy - 3) / 12) - 0.55 * (moy == 7) - 0.4 * (moy == 11)
        self.budget = ((moy == 2) | (moy == 8)).astype(float)
        # owners: books of business, people leave and their books move
        C = max(4, int(n / r.uniform(28, 70)))
        own = np.repeat(r.integers(0, C, n)[:, None], T, 1)
        for c in range(C):
            if r.random() < 0.3:
                m = int(r.integers(4, T))
                rows = np.where(own[:, m] == c)[0]
                own[rows, m:] = r.choice([k for k in range(C) if k != c], len(rows))[:, None]
        self.own, self.C = own, C
        self.own_q = r.normal(0, 1, C)  # how energetic
        self.own_h = r.normal(0, 0.12, C)  # a small effect of their own on the customer

    def health(self):
        r, n, T = self.r, self.n, self.T
        B = int(-self.start.min())
        fit = r.standard_t(6, n) * 0.7
        self.purpose = r.random(n) < r.uniform(0.2, 0.36)
        fit = fit + 0.15 * self.purpose
        mean = np.array([3.0, 6.0, 15.0, 5.0, 2.0])
        shp = np.array([4.0, 2.5, 1.4, 2.0, 4.0])

        def dwell(s, who):
            m = mean[s] * np.where(s == ST, np.exp(0.35 * fit[who]), np.where(s == DR, np.exp(-0.15 * fit[who]), 1))
            return np.maximum(1, np.ceil(r.gamma(shp[s], m / shp[s]))).astype(int)

        nxt = np.array(
            [
                [0, 0.82, 0, 0.18, 0],
                [0, 0, 0.80, 0.20, 0],
                [0, 0.22, 0, 0.73, 0.05],
                [0, 0.10, 0.42, 0, 0.48],
                [0, 0, 0.38, 0.62, 0],
            ]
        )
        st = np.zeros(n, int)
        left = dwell(st, np.arange(n))
        state = np.zeros((n, T), int)
        tgt = np.array([0.0, 0.3, 0.8, -0.7, -1.3])
        sat = 0.4 * fit
        SAT = np.zeros((n, T))
        champ = np.zeros(n, int)
        CH, CL = np.zeros((n, T)), np.zeros((n, T), int)
        tau = r.uniform(0.12, 0.25)
        for t in range(-B, T):
            live = t >= self.start
            left = left - live
            go = np.where(live & (left <= 0))[0]
            if len(go):
                cum = np.cumsum(nxt[st[go]], 1)
                st[go] = np.minimum((r.random(len(go))[:, None] > cum).sum(1), 4)
                left[go] = dwell(st[go], go)
            leave = live & (champ == 0) & (r.random(n) < 0.014)
            champ[leave] = r.integers(2, 6, leave.sum())
            hit = leave & (r.random(n) < 0.35) & (st != DE)
            st[hit], left[hit] = DR, dwell(np.full(hit.sum(), DR), np.where(hit)[0])
            sat = sat + live * (
                tau * (tgt[st] + 0.55 * fit - 0.5 * (champ > 0) - sat)
                + np.where(r.random(n) < 0.04, r.laplace(0, 0.45, n), 0)
            )
            if t >= 0:
                state[:, t], SAT[:, t], CH[:, t], CL[:, t] = st, sat, champ > 0, leave
            champ = np.maximum(0, champ - 1)
        self.state, self.sat, self.champ, self.champ_left = state, z(np.where(self.active, SAT, np.nan)), CH, CL
        self.sat = np.nan_to_num(self.sat)
        self.deciding = state == DE
        # the customer talks (a hint) when it considers leaving; a few talk for other reasons
        self.tell = r.uniform(0.3, 0.6)
        p = np.where(self.deciding, self.tell, np.where(state == DR, 0.05, 0.008))
        self.hint = (r.random((n, T)) < p) & self.active
        # what the health playbook sees: a noisy reading of satisfaction, fires on a drop
        seen = self.sat + r.normal(0, 0.5, (n, T))
        self.alarm = (seen < np.quantile(seen, 0.17)) & self.active
        # load of each owner's book: alarms and hints crowd out routine work
        load = np.zeros((self.C, T))
        for t in range(T):
            a = self.active[:, t]
            w = np.bincount(self.own[a, t], minlength=self.C)
            load[:, t] = (
                np.bincount(self.own[a, t], (self.alarm | self.hint)[a, t], minlength=self.C) / np.maximum(w, 1)
                + 0.004 * w
            )
        self.crowd = z(load)[self.own, np.arange(T)[None]]
