# Profile likelihood intervals, ordinary and under Firth's penalty: Rscript generate.R
# The profile is the definition itself: the likelihood maximised with one coefficient held, and the root of its fall.
set.seed(20261001)
n <- 140
x1 <- rnorm(n)
x2 <- rpois(n, 2)
x3 <- as.numeric(runif(n) < 0.35)
y <- as.numeric(runif(n) < plogis(-1.0 + 0.7 * x1 + 0.25 * x2 - 0.8 * x3))
x2 <- as.numeric(x2)
write.csv(data.frame(y = y, x1 = sprintf("%.17g", x1), x2 = x2, x3 = x3), "input.csv", row.names = FALSE, quote = FALSE)
data <- read.csv("input.csv")
X <- cbind(1, as.matrix(data[, c("x1", "x2", "x3")]))
y <- data$y
terms <- c("(Intercept)", "x1", "x2", "x3")

objective <- function(beta, firth) {
  eta <- drop(X %*% beta)
  p <- plogis(eta)
  loglik <- sum(ifelse(y == 1, plogis(eta, log.p = TRUE), plogis(-eta, log.p = TRUE)))
  if (firth) loglik + 0.5 * as.numeric(determinant(crossprod(X * sqrt(p * (1 - p))))$modulus) else loglik
}
maximise <- function(start, free, firth) {
  beta <- start
  for (step in 1:500) {
    p <- plogis(drop(X %*% beta))
    w <- p * (1 - p)
    information <- crossprod(X * sqrt(w))
    h <- if (firth) w * rowSums((X %*% solve(information)) * X) else 0
    score <- drop(crossprod(X, y - p + h * (0.5 - p)))
    move <- rep(0, ncol(X))
    move[free] <- solve(information[free, free, drop = FALSE], score[free])
    if (max(abs(move)) < 1e-13) break
    share <- 1
    while (objective(beta + share * move, firth) < objective(beta, firth) - 1e-12 && share > 1e-8) share <- share / 2
    beta <- beta + share * move
  }
  beta
}
rows <- list()
for (firth in c(FALSE, TRUE)) {
  best <- maximise(rep(0, 4), 1:4, firth)
  top <- objective(best, firth)
  fall <- function(j, value) {
    start <- best
    start[j] <- value
    2 * (top - objective(maximise(start, setdiff(1:4, j), firth), firth))
  }
  p <- plogis(drop(X %*% best))
  se <- sqrt(diag(solve(crossprod(X * sqrt(p * (1 - p))))))
  for (j in 1:4) {
    beyond <- function(value) fall(j, value) - qchisq(0.95, 1)
    low <- uniroot(beyond, c(best[j] - 4 * se[j], best[j] - 0.5 * se[j]), tol = 1e-13)$root
    high <- uniroot(beyond, c(best[j] + 0.5 * se[j], best[j] + 4 * se[j]), tol = 1e-13)$root
    rows[[length(rows) + 1]] <- data.frame(
      penalty = if (firth) "firth" else "none", term = terms[j], estimate = best[j], low = low, high = high, chi2 = fall(j, 0)
    )
  }
}
result <- do.call(rbind, rows)
# R's own intervals interpolate the profile: right to about a thousandth of a standard error.
own <- suppressMessages(confint(glm(y ~ x1 + x2 + x3, data = data, family = binomial, control = list(epsilon = 1e-14))))
result$confint_low <- c(own[, 1], rep(NA, 4))
result$confint_high <- c(own[, 2], rep(NA, 4))
for (k in 3:8) result[[k]] <- ifelse(is.na(result[[k]]), "", sprintf("%.12g", result[[k]]))
write.csv(result, "expected.csv", row.names = FALSE, quote = FALSE)
