"""Fewer triangles for the same shape: edges are collapsed in the order of what that costs.

The cost is the quadric error (Garland and Heckbert 1997), summed over several poses, so that lids
still close and lips still meet on the simple mesh. A collapse keeps one of the edge's two vertices
where it is: the result is a choice of the mesh's own vertices, with all that hangs on them.
"""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

BORDER = 20.0
"""How much more a border counts than a surface."""
SHORT = 3e-4
"""Cost of an edge's squared length: flat places are thinned out evenly."""
LEAST_TURN = 0.25
"""Cosine between a triangle's normals before and after a collapse that is still allowed."""
Float = NDArray[np.float64]
Int = NDArray[np.int64]


def _planes(points: Float, triangles: Int) -> tuple[Float, Float]:
    """Unit normals (p, t, 3) and areas (p, t) of triangles in every pose."""
    a, b, c = (points[:, triangles[:, k]] for k in range(3))
    cross = np.cross(b - a, c - a)
    double = np.sqrt((cross**2).sum(-1))
    return cross / np.maximum(double, 1e-12)[..., None], 0.5 * double


def _quadric(normal: Float, point: Float, weight: Float) -> Float:
    """(..., 10) distance from planes squared, as a quadratic form: xx xy xz yy yz zz x y z 1."""
    a, b, c = normal[..., 0], normal[..., 1], normal[..., 2]
    d = -(normal * point).sum(-1)
    rows = [a * a, 2 * a * b, 2 * a * c, b * b, 2 * b * c, c * c, 2 * a * d, 2 * b * d, 2 * c * d]
    return np.stack([*rows, d * d], -1) * weight[..., None]


def _monomials(points: Float) -> Float:
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    return np.stack([x * x, x * y, x * z, y * y, y * z, z * z, x, y, z, np.ones_like(x)], -1)


class _Mesh:
    """The state of one decimation: faces around vertices, quadrics, and the queue of collapses."""

    def __init__(self, points: Float, triangles: Int, labels: Int, worth: Float) -> None:
        self.points, self.triangles = points, triangles.copy()
        self.alive = np.ones(len(triangles), bool)
        self.around: list[set[int]] = [set() for _ in range(points.shape[1])]
        for face, corners in enumerate(triangles):
            for corner in corners:
                self.around[corner].add(face)
        self.terms = _monomials(points)
        self.quadrics = self._quadrics(labels, worth)
        self.version = np.zeros(points.shape[1], np.int64)
        self.queue: list[tuple[float, int, int, int, int]] = []
        for u in range(points.shape[1]):
            self._push(u)

    def _quadrics(self, labels: Int, worth: Float) -> Float:
        normals, areas = _planes(self.points, self.triangles)
        quadrics = np.zeros((self.points.shape[0], self.points.shape[1], 10))
        flat = _quadric(normals, self.points[:, self.triangles[:, 0]], areas * worth)
        for corner in range(3):
            for pose in range(len(quadrics)):
                np.add.at(quadrics[pose], self.triangles[:, corner], flat[pose])
        edges: dict[tuple[int, int], list[int]] = {}
        for face, corners in enumerate(self.triangles):
            for k in range(3):
                u, v = int(corners[k]), int(corners[(k + 1) % 3])
                edges.setdefault((min(u, v), max(u, v)), []).append(face)
        for (u, v), faces in edges.items():
            if len(faces) == 2 and labels[faces[0]] == labels[faces[1]]:
                continue
            along = self.points[:, v] - self.points[:, u]
            across = np.cross(along, normals[:, faces[0]])
            size = np.sqrt((across**2).sum(-1))
            wall = across / np.maximum(size, 1e-12)[:, None]
            border = _quadric(wall, self.points[:, u], BORDER * size**2)
            quadrics[:, u] += border
            quadrics[:, v] += border
        return quadrics

    def neighbours(self, u: int) -> list[int]:
        """Vertices that share a triangle with u."""
        faces = list(self.around[u])
        return [] if not faces else sorted(set(self.triangles[faces].ravel().tolist()) - {u})

    def _push(self, u: int) -> None:
        """Offer the collapses of u into each neighbour, and of each into u."""
        near = np.array([v for v in self.neighbours(u) if v > u or self.version[u] > 0], np.int64)
        if len(near) == 0:
            return
        both = self.quadrics[:, near] + self.quadrics[:, u : u + 1]
        step = self.points[:, near] - self.points[:, u : u + 1]
        length = SHORT * (step**2).sum(-1)
        into = ((both * self.terms[:, near]).sum(-1) + length).sum(0)
        back = ((both * self.terms[:, u : u + 1]).sum(-1) + length).sum(0)
        for k, v in enumerate(near.tolist()):
            first, second = int(self.version[u]), int(self.version[v])
            heapq.heappush(self.queue, (float(into[k]), u, v, first, second))
            heapq.heappush(self.queue, (float(back[k]), v, u, second, first))

    def allowed(self, u: int, v: int) -> bool:
        """Whether u may be moved onto v: no fold, no second sheet through the same edge."""
        shared = self.around[u] & self.around[v]
        common = set(self.neighbours(u)) & set(self.neighbours(v))
        if not shared or len(common) != len(shared):
            return False
        if len(self.around[u]) + len(self.around[v]) - 2 * len(shared) == 0:
            return False  # the last triangle of its piece
        if self._on_border(u) and len(shared) == 2:
            return False  # would close a hole
        moved = self.triangles[sorted(self.around[u] - shared)]
        if len(moved) == 0:
            return True
        before, _ = _planes(self.points[:1], moved)
        after, _ = _planes(self.points[:1], np.where(moved == u, v, moved))
        return bool(((before * after).sum(-1) > LEAST_TURN).all())

    def _on_border(self, u: int) -> bool:
        return len(self.neighbours(u)) != len(self.around[u])

    def collapse(self, u: int, v: int) -> int:
        """Move u onto v; returns how many triangles that took."""
        shared = self.around[u] & self.around[v]
        for face in shared:
            self.alive[face] = False
            for corner in self.triangles[face]:
                self.around[corner].discard(face)
        for face in self.around[u]:
            self.triangles[face][self.triangles[face] == u] = v
            self.around[v].add(face)
        self.around[u] = set()
        self.quadrics[:, v] += self.quadrics[:, u]
        self.version[u] += 1
        self.version[v] += 1
        self._push(v)
        return len(shared)


def decimate(
    points: Float,
    triangles: NDArray[np.integer],
    target: int,
    *,
    labels: Int | None = None,
    worth: Float | None = None,
) -> tuple[NDArray[np.int32], Int]:
    """At most `target` triangles over the same vertices, or as few as can be without folds.

    points (p, n, 3): the vertices in p poses, the first of which counts for folds; triangles
    (t, 3); labels (t,): edges between different ones are kept like borders; worth (t,): how
    much more than others a triangle is worth keeping in its place

    Returns triangles (m, 3) and for each the one of `triangles` it was.
    """
    faces = np.asarray(triangles, np.int64)
    kinds = np.zeros(len(faces), np.int64) if labels is None else labels
    much = np.ones(len(faces)) if worth is None else worth
    mesh, left = _Mesh(np.asarray(points, np.float64), faces, kinds, much), len(faces)
    while left > target and mesh.queue:
        _, u, v, first, second = heapq.heappop(mesh.queue)
        fresh = mesh.version[u] == first and mesh.version[v] == second
        if fresh and mesh.around[u] and mesh.around[v] and mesh.allowed(u, v):
            left -= mesh.collapse(u, v)
    kept = np.flatnonzero(mesh.alive)
    return mesh.triangles[kept].astype(np.int32), kept
