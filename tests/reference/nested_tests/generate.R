# Likelihood-ratio and score tests of added columns: anova.glm where R has the test, its definition by matrices where not.
# Run: Rscript generate.R   (writes input.csv and expected.csv into the working directory)
set.seed(20261125)
n <- 240
cluster <- rep(seq_len(40) - 1, each = 6)
level <- rnorm(40, 0, 0.7)[cluster + 1]
x1 <- round(50 + 12 * rnorm(n), 2)
x2 <- round(rnorm(n) + 0.02 * x1, 4)
x3 <- round(exp(rnorm(n)) * 1000, 1)
plan <- sample(c("a", "b", "c"), n, TRUE, c(0.5, 0.3, 0.2))
eta <- -0.8 + 0.02 * (x1 - 50) + 0.3 * x2 + 0.4 * (plan == "c") + level
d <- data.frame(y = rbinom(n, 1, plogis(eta)), x1, x2, x3, plan_b = as.integer(plan == "b"),
                plan_c = as.integer(plan == "c"), cluster, weight = sample(1:3, n, TRUE))
write.csv(d, "input.csv", row.names = FALSE)

tight <- glm.control(epsilon = 1e-15, maxit = 100)
out <- NULL
record <- function(weighted, added, test, chi2, df, p)
  out <<- rbind(out, data.frame(weighted, added, test, chi2 = sprintf("%.15g", chi2), df, p = sprintf("%.15g", p)))
for (weighted in c(FALSE, TRUE)) {
  d$w <- if (weighted) d$weight else rep(1, n)
  # Fitted twice: the score test takes the weights of the iterate before the last, which must be the optimum too.
  fit <- function(f) {
    first <- suppressWarnings(glm(f, binomial, d, weights = w, control = tight))
    suppressWarnings(glm(f, binomial, d, weights = w, control = tight, start = coef(first)))
  }
  small <- fit(y ~ x1)
  for (added in c("x2", "plan_b+plan_c", "x2+x3+plan_b+plan_c")) {
    large <- fit(as.formula(paste("y ~ x1 +", added)))
    for (test in c("LRT", "Rao")) {
      a <- anova(small, large, test = test)
      record(weighted, added, test, if (test == "LRT") a$Deviance[2] else a$Rao[2], a$Df[2], a[2, "Pr(>Chi)"])
    }
    # Boos (1992): contributions of the added columns, less their projection on the model.
    a1 <- scale(model.matrix(small)[, -1, drop = FALSE]); a1 <- cbind(1, a1)
    a2 <- scale(as.matrix(d[, strsplit(added, "+", fixed = TRUE)[[1]], drop = FALSE]))
    h <- fitted(small); v <- d$w * h * (1 - h); r <- d$w * (d$y - h)
    free <- a2 - a1 %*% solve(crossprod(a1, v * a1), crossprod(a1, v * a2))
    for (test in c("rows", "clusters")) {
      s <- free * r
      if (test == "clusters") s <- rowsum(s, d$cluster)
      u <- colSums(s)
      chi2 <- drop(u %*% solve(crossprod(s), u))
      record(weighted, added, test, chi2, length(u), pchisq(chi2, length(u), lower.tail = FALSE))
    }
  }
}
write.csv(out, "expected.csv", row.names = FALSE, quote = FALSE)
