//! Laws of the latent companies.
