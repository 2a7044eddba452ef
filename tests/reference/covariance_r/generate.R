# Robust covariances of a logit: sandwich (HC0, HC1, CR0, CR1, two-way) and clubSandwich (CR2, CR3, Satterthwaite).
#
# Run: Rscript generate.R   (in this folder; writes input.csv and expected.csv)

suppressMessages({
  library(sandwich)
  library(clubSandwich)
})
power <- clubSandwich:::matrix_power

set.seed(20261125)
sizes <- c(1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 18, 21, 24, 30, 40)
account <- rep(seq_along(sizes) - 1L, sizes)
n <- length(account)
level <- rnorm(length(sizes), 0, 0.8)
segment <- round(rexp(length(sizes)), 3)
# Two rows share a month, so that account by month is neither the account nor the row.
month <- unlist(lapply(sizes, function(k) (seq_len(k) - 1L) %/% 2L))
usage <- round(50 + 12 * rnorm(n), 2)
seats <- round(exp(3 + rnorm(n)), 0)
eta <- -0.8 + 0.03 * (usage - 50) + 0.5 * segment[account + 1L] + level[account + 1L] + 0.02 * (month - 5)
data <- data.frame(
  account = account, month = month, region = account %% 4L, quarter = month %/% 7L,
  usage = usage, seats = seats, segment = segment[account + 1L], alone = as.integer(account == 20L),
  weight = sample(c(0.5, 1, 1.25, 2, 3), n, replace = TRUE), y = as.integer(runif(n) < plogis(eta))
)
data <- data[sample(n), ]
rownames(data) <- NULL
write.csv(data, "input.csv", row.names = FALSE, quote = FALSE)

# glm keeps the weights of the iterate before the last; started at the optimum they are those of the optimum.
fit_tightly <- function(formula, weights) {
  data$w_ <- weights
  environment(formula) <- environment()
  control <- glm.control(epsilon = 1e-14, maxit = 100)
  fit <- suppressWarnings(glm(formula, binomial, data, weights = w_, control = control))
  for (again in 1:2) {
    fit <- suppressWarnings(glm(formula, binomial, data, weights = w_, control = control, start = coef(fit)))
  }
  stopifnot(max(abs(colSums(estfun(fit)) / sqrt(diag(solve(vcov(fit)))))) < 1e-9)
  fit
}

rows <- list()
record <- function(model, covariance, fit, v, df = NULL) {
  se <- sqrt(diag(v))
  z <- coef(fit) / se
  if (is.null(df)) df <- rep(NA_real_, length(se))
  p <- ifelse(is.na(df), 2 * pnorm(-abs(z)), 2 * pt(-abs(z), df))
  rows[[length(rows) + 1L]] <<- data.frame(
    model = model, covariance = covariance, term = names(coef(fit)),
    estimate = unname(coef(fit)), std_error = unname(se), df = unname(df), p = unname(p)
  )
}

# The linear model that the last Newton step solves, rows multiplied by the root of their working weight: its
# coefficients are those of the fit, its errors have the identity as working covariance.
whitened <- function(fit) {
  root <- sqrt(weights(fit, "working"))
  z <- root * (fit$linear.predictors + residuals(fit, "working"))
  xw <- root * model.matrix(fit)
  linear <- lm(z ~ 0 + xw)
  stopifnot(max(abs(coef(linear) / coef(fit) - 1)) < 1e-9)
  linear
}

# The generalised inverse of I - H_gg cluster by cluster, for the model in which clubSandwich's CR3 has no inverse.
cr3_generalised <- function(fit, cluster) {
  root <- sqrt(weights(fit, "working"))
  x <- root * model.matrix(fit)
  e <- root * residuals(fit, "working")
  a <- solve(crossprod(x))
  scores <- sapply(split(seq_along(e), cluster), function(i) {
    xg <- x[i, , drop = FALSE]
    crossprod(xg, power(diag(length(i)) - xg %*% a %*% t(xg), -1) %*% e[i])
  })
  a %*% tcrossprod(scores) %*% a
}

# Negative eigenvalues set to zero where no choice of units or coding matters: in the columns whose information is
# the identity. (vcovCL(fix = TRUE) does so in the units of the columns.) Without a negative one, vcovCL as it is.
record_two_way <- function(model, name, fit, v) {
  l <- t(chol(solve(vcov(fit))))
  e <- eigen(t(l) %*% v %*% l, symmetric = TRUE)
  cat(model, name, min(e$values) / max(e$values), "\n")
  if (min(e$values) < 0) {
    back <- solve(t(l), e$vectors)
    name <- paste0(name, "_mended")
    v <- back %*% (pmax(e$values, 0) * t(back))
  }
  record(model, name, fit, v)
}

everything <- function(model, formula, weights = rep(1, n)) {
  fit <- fit_tightly(formula, weights)
  g <- data$account
  record(model, "model", fit, vcov(fit))
  record(model, "HC0", fit, vcovHC(fit, type = "HC0"))
  record(model, "HC1", fit, vcovHC(fit, type = "HC1"))
  record(model, "CR0", fit, vcovCL(fit, g, type = "HC0", cadjust = FALSE))
  record(model, "CR1", fit, vcovCL(fit, g, type = "HC0", cadjust = TRUE))
  stopifnot(max(abs(vcovCR(fit, g, "CR1") / vcovCL(fit, g, type = "HC0", cadjust = TRUE) - 1)) < 1e-8)
  linear <- whitened(fit)
  v2 <- vcovCR(linear, g, "CR2")
  record(model, "CR2", fit, v2, coef_test(linear, v2, test = "Satterthwaite")$df_Satt)
  v2_glm <- vcovCR(fit, g, "CR2")
  if (model != "alone") {
    record(model, "CR2_clubSandwich_glm", fit, v2_glm, coef_test(fit, v2_glm, test = "Satterthwaite")$df_Satt)
    v3 <- vcovCR(fit, g, "CR3")
    stopifnot(max(abs(vcovCR(linear, g, "CR3") / v3 - 1)) < 1e-8)
    stopifnot(max(abs(cr3_generalised(fit, g) / v3 - 1)) < 1e-8)
    record(model, "CR3", fit, v3, coef_test(fit, v3, test = "Satterthwaite")$df_Satt)
  } else {
    record(model, "CR3", fit, cr3_generalised(fit, g))
  }
  two <- data[c("account", "month")]
  record_two_way(model, "two_way_CR0", fit, vcovCL(fit, two, type = "HC0", cadjust = FALSE))
  record_two_way(model, "two_way_CR1", fit, vcovCL(fit, two, type = "HC0", cadjust = TRUE))
  few <- data[c("region", "quarter")]
  record_two_way(model, "two_way_few_CR1", fit, vcovCL(fit, few, type = "HC0", cadjust = TRUE))
}
everything("plain", y ~ usage + seats + segment)
everything("weighted", y ~ usage + segment, data$weight)
everything("alone", y ~ usage + segment + alone)

out <- do.call(rbind, rows)
for (name in c("estimate", "std_error", "df", "p")) {
  out[[name]] <- ifelse(is.na(out[[name]]), "", sprintf("%.15g", out[[name]]))
}
write.csv(out, "expected.csv", row.names = FALSE, quote = FALSE)
