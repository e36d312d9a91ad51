"""peers.py: other ways to recommend, on the exact matrix of songs and sounds. Each returns a matrix: row a has the scores of
all sounds for a person who used a."""
import numpy
import scipy.sparse


def matrix_of(songs, count):
    rows = [row for row, song in enumerate(songs) for _ in song.sounds]
    sounds = [sound for song in songs for sound in song.sounds]
    return scipy.sparse.csr_matrix((numpy.ones(len(rows)), (rows, sounds)), shape=(len(songs), count))


def popularity(x):
    return numpy.tile(numpy.asarray(x.sum(axis=0)), (x.shape[1], 1))


def item_knn(x, shrink, power):
    """Cosine, with shrinkage by the number of songs that two sounds share; the power of both norms is a parameter."""
    both = (x.T @ x).toarray()
    norm = numpy.maximum(both.diagonal(), 1) ** power
    return both / numpy.outer(norm, norm) * both / (both + shrink)


def ease(x, regularise):
    """Steck, Embarrassingly Shallow Autoencoders (2019)."""
    inverse = (x.T @ x).toarray()
    inverse[numpy.diag_indices(len(inverse))] += regularise
    inverse = numpy.linalg.inv(inverse)
    scores = inverse / -inverse.diagonal()
    numpy.fill_diagonal(scores, 0)
    return scores


def ease_of_many(x, all_of_them):
    """As ease, for many parameters with one decomposition."""
    values, vectors = numpy.linalg.eigh((x.T @ x).toarray())
    for one in all_of_them:
        inverse = (vectors / (values + one)) @ vectors.T
        scores = inverse / -inverse.diagonal()
        numpy.fill_diagonal(scores, 0)
        yield one, scores


def solve_rows(x, factors, weight, regularise, gram):
    """One half of a step: the best vector of each row, in pieces that fit the memory."""
    size, solved = factors.shape[1], numpy.zeros((x.shape[0], factors.shape[1]))
    for first in range(0, x.shape[0], 1000):
        part = x[first:first + 1000]
        left = numpy.empty((part.shape[0], size, size))
        for row in range(part.shape[0]):
            own = factors[part.indices[part.indptr[row]:part.indptr[row + 1]]]
            left[row] = gram + weight * own.T @ own
        left[:, range(size), range(size)] += regularise
        solved[first:first + 1000] = numpy.linalg.solve(left, ((1 + weight) * (part @ factors))[:, :, None])[:, :, 0]
    return solved


def ials(x, size, weight, regularise, steps=6):
    """Implicit alternating least squares: each step solves all songs, then all sounds."""
    chance = numpy.random.default_rng(1)
    sounds = chance.normal(0, 0.1 / size ** 0.5, (x.shape[1], size))
    back = x.T.tocsr()
    for _ in range(steps):
        songs = solve_rows(x, sounds, weight, regularise, sounds.T @ sounds)
        sounds = solve_rows(back, songs, weight, regularise, songs.T @ songs)
    one = scipy.sparse.identity(x.shape[1], format='csr')
    return solve_rows(one, sounds, weight, regularise, sounds.T @ sounds) @ sounds.T
